"""`deploy/asyncapi.yaml`: every topic with its records, made from the structs and from the list of topics.

AsyncAPI 3.0.0 with its Kafka bindings 0.5.0. `python -m services.manual --write` writes the file; a test compares them.
"""

from typing import Any

import msgspec

from services.broker_settings import BrokerSettings
from streams.cloudevents import CARRIED, MSGPACK, SPEC, Schema
from streams.topics import TOPICS, Client, Topic, TopicName

Document = dict[str, Any]  # of a format that is not ours

_BINDING = "0.5.0"
_EXTENSIONS = {
    "ce_settles": "1: with this record a poll of its group ends, and what its assessments have become is given out",
    "ce_late": "1: what came out of order; the group's memory is made again with it by the record that resets it",
    "ce_resets": "1: before this record the group's memory is made again from the archive",
}
_DESCRIPTION = (
    "What goes between the processes of the distributed harness. Records are CloudEvents 1.0 in binary mode: "
    "attributes are headers that begin with `ce_`, the value is the record. `ce_dataschema` names kind and "
    "version; all older versions are read, a newer one is put aside (`deadletters`). Values of the media type "
    "application/vnd.msgpack are MessagePack maps of the same shape as the schema, in which bytes stand as they "
    "are."
)


def document() -> Document:
    """The whole document."""
    kinds = [schema.record for schema in CARRIED.values()]
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    settings = BrokerSettings()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Twinbell on Kafka",
            "version": "1.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": MSGPACK,
        "servers": {
            "broker": {
                "host": "{bootstrap}",
                "protocol": "kafka-secure",
                "description": "`[broker]` of the configuration; on a desk without TLS and users.",
                "variables": {"bootstrap": {"description": "HOST:PORT", "default": "127.0.0.1:19092"}},
                "security": [{"$ref": "#/components/securitySchemes/scram"}],
            }
        },
        "channels": {topic.name.value: _channel(topic, settings) for topic in TOPICS},
        "operations": {name: each for topic in TOPICS for name, each in _operations(topic, settings)},
        "components": {
            "securitySchemes": {"scram": {"type": "scramSha512", "description": "Each process has a user of its own."}},
            "messages": {schema.name: _message(topic) for topic in TOPICS for schema in [CARRIED[topic.name]]},
            "schemas": schemas,
        },
    }


def page() -> str:
    """The file."""
    import yaml  # of those who work on the code

    head = "# Made from the code: python -m services.manual --write\n"
    text: str = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)
    return head + text


def _channel(topic: Topic, settings: BrokerSettings) -> Document:
    schema = CARRIED[topic.name]
    configuration = topic.configuration()
    kept = "the newest record of each key" if topic.kept_days is None else f"{topic.kept_days} days"
    bound: Document = {"cleanup.policy": [configuration["cleanup.policy"]]}
    bound |= {name: int(configuration[name]) for name in ("retention.ms", "max.message.bytes") if name in configuration}
    return {
        "address": "{prefix}." + topic.name,
        "title": topic.what,
        "description": f"Kept: {kept}. Key: {topic.key}. Written by {_names(topic.written_by)}; read by "
        f"{_names(topic.read_by)}.",
        "parameters": {"prefix": {"description": "`[broker] prefix`.", "default": settings.prefix}},
        "messages": {schema.name: {"$ref": f"#/components/messages/{schema.name}"}},
        "bindings": {
            "kafka": {
                "partitions": settings.partitions if topic.by_group else 1,
                "replicas": 3,
                "topicConfiguration": bound,
                "bindingVersion": _BINDING,
            }
        },
        "x-partitions": "as [broker] partitions says, never changed" if topic.by_group else "one, always",
        "x-configuration": configuration,
        "x-written-by": [process.value for process in topic.written_by],
        "x-read-by": [process.value for process in topic.read_by],
    }


def _operations(topic: Topic, settings: BrokerSettings) -> list[tuple[str, Document]]:
    schema = CARRIED[topic.name]
    common = {
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{schema.name}"}],
    }
    found: list[tuple[str, Document]] = []
    for process in topic.written_by:
        title = f"{process} writes {topic.name}"
        found.append((f"{process}-writes-{topic.name}", {"action": "send", "title": title, **common}))
    for process in topic.read_by:
        operation: Document = {"action": "receive", "title": f"{process} reads {topic.name}", **common}
        if topic.name is TopicName.OBSERVATIONS and process is Client.DETECT:
            group = {"groupId": {"type": "string", "const": settings.detect_group}, "bindingVersion": _BINDING}
            operation["bindings"] = {"kafka": group}
        found.append((f"{process}-reads-{topic.name}", operation))
    return found


def _message(topic: Topic) -> Document:
    schema = CARRIED[topic.name]
    return {
        "name": f"twinbell.{schema.name}",
        "title": schema.record.__name__,
        "summary": topic.what,
        "contentType": schema.media_type,
        "headers": _headers(schema),
        "payload": {"$ref": f"#/components/schemas/{schema.record.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": _BINDING}},
    }


def _headers(schema: Schema[Any]) -> Document:
    versions = [f"urn:twinbell:{schema.name}:{number}" for number in range(1, schema.version + 1)]
    required: Document = {
        "content-type": {"const": schema.media_type},
        "ce_specversion": {"const": SPEC},
        "ce_type": {"const": f"twinbell.{schema.name}"},
        "ce_source": {"type": "string", "description": "/twinbell/SITE/PROCESS"},
        "ce_dataschema": {"enum": versions, "description": f"{schema.uri} is written, all of these are read."},
        "ce_id": {"type": "string", "description": "Hash of kind, key and value."},
        "ce_time": {"type": "string", "format": "date-time"},
    }
    extensions = {name: {"type": "string", "description": what} for name, what in _EXTENSIONS.items()}
    properties = {**required, **(extensions if schema.name == "observations" else {})}
    return {"type": "object", "required": list(required), "properties": properties}


def _names(processes: tuple[Client, ...]) -> str:
    return ", ".join(processes)
