package twinbell;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The bare job on Kafka Streams: BOOTSTRAP APPLICATION INPUT OUTPUT (one|batches) (rocksdb|memory) DIRECTORY. */
public final class Job {
  private static final double ALPHA = 0.05;
  private static final double KEEP = 1.0 - ALPHA;
  private static final double LIMIT = 36.0;
  private static final long WARM_UP = 30;
  private static final String STORE = "states";

  private Job() {}

  /** State of one series: rows seen, mean and variance, 24 bytes in the store and its changelog. */
  private static final class Folding {
    private long seen;
    private double mean;
    private double variance;

    Folding(byte[] kept) {
      if (kept != null) {
        ByteBuffer read = ByteBuffer.wrap(kept);
        seen = read.getLong();
        mean = read.getDouble();
        variance = read.getDouble();
      }
    }

    boolean isFar(double value) {
      if (seen == 0) {
        mean = value;
      }
      double off = value - mean;
      double square = off * off;
      boolean far = square > LIMIT * variance && seen >= WARM_UP;
      mean += ALPHA * off;
      variance = KEEP * (variance + ALPHA * square);
      seen += 1;
      return far;
    }

    byte[] kept() {
      return ByteBuffer.allocate(24).putLong(seen).putDouble(mean).putDouble(variance).array();
    }
  }

  private static final class Folder implements Processor<String, byte[], String, String> {
    private final boolean batches;
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, byte[]> store;

    Folder(boolean batches) {
      this.batches = batches;
    }

    @Override
    public void init(ProcessorContext<String, String> given) {
      context = given;
      store = given.getStateStore(STORE);
    }

    @Override
    public void process(Record<String, byte[]> record) {
      List<Columns> columns = new ArrayList<>();
      if (batches) {
        Columns.readBatch(record.value(), columns);
      } else {
        columns.add(Columns.readOne(record.value()));
      }
      for (Columns own : columns) {
        Folding state = new Folding(store.get(own.series));
        for (int row = 0; row < own.values.length; row++) {
          if (state.isFar(own.values[row])) {
            context.forward(new Record<>(own.series, own.series + "," + own.occurredAt[row], record.timestamp()));
          }
        }
        store.put(own.series, state.kept());
      }
    }
  }

  public static void main(String[] words) throws InterruptedException {
    boolean batches = words[4].equals("batches");
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, words[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, words[1]);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, words[6]);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put("auto.offset.reset", "earliest");
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    StoreBuilder<KeyValueStore<String, byte[]>> states =
        Stores.keyValueStoreBuilder(
                words[5].equals("memory")
                    ? Stores.inMemoryKeyValueStore(STORE)
                    : Stores.persistentKeyValueStore(STORE),
                Serdes.String(),
                Serdes.ByteArray())
            .withCachingEnabled();
    Topology topology = new Topology();
    topology.addSource(
        "input", Serdes.String().deserializer(), Serdes.ByteArray().deserializer(), words[2]);
    topology.addProcessor("job", () -> new Folder(batches), "input");
    topology.addStateStore(states, "job");
    topology.addSink(
        "output", words[3], Serdes.String().serializer(), Serdes.String().serializer(), "job");
    KafkaStreams streams = new KafkaStreams(topology, settings);
    CountDownLatch over = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close();
                  over.countDown();
                }));
    streams.start();
    over.await();
  }
}
