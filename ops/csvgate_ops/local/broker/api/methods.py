"""The methods of google.pubsub.v1, with the request and response type of each one served."""

METHODS: dict[str, dict[str, tuple[str, str]]] = {
    "google.pubsub.v1.Publisher": {
        "CreateTopic": ("Topic", "Topic"),
        "UpdateTopic": ("UpdateTopicRequest", "Topic"),
        "Publish": ("PublishRequest", "PublishResponse"),
        "GetTopic": ("GetTopicRequest", "Topic"),
        "ListTopics": ("ListTopicsRequest", "ListTopicsResponse"),
        "ListTopicSubscriptions": (
            "ListTopicSubscriptionsRequest",
            "ListTopicSubscriptionsResponse",
        ),
        "DeleteTopic": ("DeleteTopicRequest", "Empty"),
    },
    "google.pubsub.v1.Subscriber": {
        "CreateSubscription": ("Subscription", "Subscription"),
        "GetSubscription": ("GetSubscriptionRequest", "Subscription"),
        "UpdateSubscription": ("UpdateSubscriptionRequest", "Subscription"),
        "ListSubscriptions": ("ListSubscriptionsRequest", "ListSubscriptionsResponse"),
        "DeleteSubscription": ("DeleteSubscriptionRequest", "Empty"),
        "ModifyPushConfig": ("ModifyPushConfigRequest", "Empty"),
        "ModifyAckDeadline": ("ModifyAckDeadlineRequest", "Empty"),
        "Acknowledge": ("AcknowledgeRequest", "Empty"),
        "Pull": ("PullRequest", "PullResponse"),
        "StreamingPull": ("StreamingPullRequest", "StreamingPullResponse"),
    },
}

NOT_IMPLEMENTED: dict[str, dict[str, str]] = {
    "google.pubsub.v1.Publisher": {
        "ListTopicSnapshots": "Snapshots",
        "DetachSubscription": "Detaching a subscription",
    },
    "google.pubsub.v1.Subscriber": {
        "GetSnapshot": "Snapshots",
        "ListSnapshots": "Snapshots",
        "CreateSnapshot": "Snapshots",
        "UpdateSnapshot": "Snapshots",
        "DeleteSnapshot": "Snapshots",
        "Seek": "Seek",
    },
}
"""Methods of these services that are answered with UNIMPLEMENTED, and the feature to name.

gRPC itself answers other services (schemas, IAM) with UNIMPLEMENTED.
"""
