package twinbell;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/** Rows of one series in columns, read from one JSON object or from a batch of Twinbell's (MessagePack). */
final class Columns {
  private static final JsonFactory JSON = new JsonFactory();

  String series = "";
  long[] occurredAt = new long[0];
  double[] values = new double[0];

  /** {"series_id": …, "occurred_at": …, "value": …}. */
  static Columns readOne(byte[] value) {
    Columns found = new Columns();
    found.occurredAt = new long[1];
    found.values = new double[1];
    try (JsonParser parser = JSON.createParser(value)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "series_id" -> found.series = parser.getText();
          case "occurred_at" -> found.occurredAt[0] = parser.getLongValue();
          case "value" -> found.values[0] = parser.getDoubleValue();
          default -> parser.skipChildren();
        }
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    return found;
  }

  /** The runs of an ObservationBatch; what the job does not need is skipped, not decoded. */
  static void readBatch(byte[] value, List<Columns> found) {
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(value)) {
      for (int fields = unpacker.unpackMapHeader(); fields > 0; fields--) {
        if (!unpacker.unpackString().equals("runs")) {
          unpacker.skipValue();
          continue;
        }
        for (int runs = unpacker.unpackArrayHeader(); runs > 0; runs--) {
          found.add(readRun(unpacker));
        }
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private static Columns readRun(MessageUnpacker unpacker) throws IOException {
    Columns own = new Columns();
    for (int fields = unpacker.unpackMapHeader(); fields > 0; fields--) {
      switch (unpacker.unpackString()) {
        case "series" -> own.series = readSeriesId(unpacker);
        case "occurred_at" -> {
          own.occurredAt = new long[unpacker.unpackArrayHeader()];
          for (int row = 0; row < own.occurredAt.length; row++) {
            own.occurredAt[row] = unpacker.unpackLong();
          }
        }
        case "values" -> {
          own.values = new double[unpacker.unpackArrayHeader()];
          for (int row = 0; row < own.values.length; row++) {
            own.values[row] = unpacker.unpackDouble();
          }
        }
        default -> unpacker.skipValue();
      }
    }
    return own;
  }

  private static String readSeriesId(MessageUnpacker unpacker) throws IOException {
    String found = "";
    for (int fields = unpacker.unpackMapHeader(); fields > 0; fields--) {
      if (unpacker.unpackString().equals("series_id")) {
        found = unpacker.unpackString();
      } else {
        unpacker.skipValue();
      }
    }
    return found;
  }
}
