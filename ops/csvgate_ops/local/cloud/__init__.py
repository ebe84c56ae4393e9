"""The local cloud: `csvgate up`.

    options, topology, ports ──plan──▶ components ──supervisor──▶ processes
                                            └──────endpoints──▶ DATA_DIR/endpoints.json

`plan`, `emulators`, `endpoints`, `environment`, `component` and `restarts` decide and start
nothing; `run` is the life of the supervisor's process, `launch` starts and finds it from outside.
Nothing outlives the supervisor: it ends its children itself (`process`); killed, it takes them with
it by the death signal (`tether`) and the `warden`; and `stale` ends what a crash of all three left.
Linux.
"""
