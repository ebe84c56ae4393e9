"""google.pubsub.v1.Publisher, method by method: request in, response out, BrokerError raised."""

from typing import Any

from csvgate_ops.local.broker.api import protobuf
from csvgate_ops.local.broker.api.limits import check_publish
from csvgate_ops.local.broker.api.names import DELETED_TOPIC, check
from csvgate_ops.local.broker.api.settings import complete_topic, updated
from csvgate_ops.local.broker.broker import Broker
from csvgate_ops.local.broker.catalog import Topic, check_new, of_project, page_of

MUTABLE = frozenset({"labels", "message_retention_duration", "message_storage_policy", "tags"})


class Publisher:
    """Topics and publishing."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._catalog = broker.catalog

    def create_topic(self, request: Any) -> Any:
        """Topic → Topic"""
        check(request.name, "topics")
        complete_topic(request)
        with self._broker.lock:
            check_new(self._catalog.topics, request.name)
            row = self._broker.topology.add_topic(request.name, request.SerializeToString())
            self._catalog.topics[request.name] = Topic(row, request)
        return request

    def update_topic(self, request: Any) -> Any:
        """UpdateTopicRequest → Topic"""
        with self._broker.lock:
            topic = self._catalog.topic(request.topic.name)
            config = updated(topic.config, request.topic, request.update_mask, MUTABLE)
            complete_topic(config)
            self._broker.topology.set_topic(topic.id, config.SerializeToString())
            topic.config = config
        return config

    def publish(self, request: Any) -> Any:
        """PublishRequest → PublishResponse"""
        check_publish(request)
        return protobuf.PublishResponse(
            message_ids=self._broker.publish(request.topic, list(request.messages))
        )

    def get_topic(self, request: Any) -> Any:
        """GetTopicRequest → Topic"""
        with self._broker.lock:
            return self._catalog.topic(request.topic).config

    def list_topics(self, request: Any) -> Any:
        """ListTopicsRequest → ListTopicsResponse"""
        with self._broker.lock:
            topics = of_project(self._catalog.topics, request.project)
            names, token = page_of(list(topics), request.page_size, request.page_token)
            return protobuf.ListTopicsResponse(
                topics=[topics[name].config for name in names], next_page_token=token
            )

    def list_topic_subscriptions(self, request: Any) -> Any:
        """ListTopicSubscriptionsRequest → ListTopicSubscriptionsResponse"""
        with self._broker.lock:
            attached = self._catalog.topic(request.topic).subscriptions
            names, token = page_of(
                [subscription.name for subscription in attached],
                request.page_size,
                request.page_token,
            )
        return protobuf.ListTopicSubscriptionsResponse(subscriptions=names, next_page_token=token)

    def delete_topic(self, request: Any) -> Any:
        """DeleteTopicRequest → Empty. Its subscriptions keep their undelivered messages."""
        with self._broker.lock:
            topic = self._catalog.topic(request.topic)
            configs = []
            for subscription in topic.subscriptions:
                config = protobuf.Subscription()
                config.CopyFrom(subscription.config)
                config.topic = DELETED_TOPIC
                configs.append((subscription, config))
            self._broker.topology.delete_topic(
                topic.id, [(sub.id, config.SerializeToString()) for sub, config in configs]
            )
            for subscription, config in configs:
                subscription.reconfigure(config)
            del self._catalog.topics[request.topic]
        return protobuf.Empty()
