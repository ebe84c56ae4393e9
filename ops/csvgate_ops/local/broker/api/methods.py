"""The methods of google.pubsub.v1 that are served: service → method → request and response types.

Whatever is not here is answered with UNIMPLEMENTED by gRPC itself (schemas, IAM).
"""

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
        "ListTopicSnapshots": ("ListTopicSnapshotsRequest", "ListTopicSnapshotsResponse"),
        "DeleteTopic": ("DeleteTopicRequest", "Empty"),
        "DetachSubscription": ("DetachSubscriptionRequest", "DetachSubscriptionResponse"),
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
        "GetSnapshot": ("GetSnapshotRequest", "Snapshot"),
        "ListSnapshots": ("ListSnapshotsRequest", "ListSnapshotsResponse"),
        "CreateSnapshot": ("CreateSnapshotRequest", "Snapshot"),
        "UpdateSnapshot": ("UpdateSnapshotRequest", "Snapshot"),
        "DeleteSnapshot": ("DeleteSnapshotRequest", "Empty"),
        "Seek": ("SeekRequest", "SeekResponse"),
    },
}
