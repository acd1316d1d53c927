"""The load generator, in processes of its own.

``process``, ``master`` and ``worker`` are started as modules; ``client`` and ``distributed_client`` are the
harness's side of them. Only these three, ``locust_users`` and ``members`` import Locust, which patches the
whole process.
"""
