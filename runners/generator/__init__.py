"""The load generator, in processes of its own.

``process``, ``master`` and ``worker`` are started as modules; ``client`` and ``distributed_client`` are the
harness's side of them. Locust is imported by these three, ``locust_users`` and ``members`` alone, as importing
it patches the whole process.
"""
