"""The local cloud: `csvgate up`.

    options, topology, ports ──plan──▶ components ──supervisor──▶ processes
                                            └──────endpoints──▶ DATA_DIR/endpoints.json

`plan`, `emulators`, `endpoints` and `environment` compute and start nothing. `launch` starts and
finds the supervisor's process, whose main function is `supervisor.run`. Nothing outlives the
supervisor: it stops its children itself (`process`); if it is killed, the death signal (`tether`)
and the `warden` kill them; and `stale` kills what a crash of all three left. Linux only.
"""
