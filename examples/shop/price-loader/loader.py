"""Fills the price cache from the supplier's feed, every half minute."""

import os
import time

import redis
import requests

PERIOD_SECONDS = 30

cache = redis.Redis.from_url(os.environ["CACHE_URL"])


def load():
    prices = requests.get(os.environ["SUPPLIER_URL"]).json()
    for sku, price in prices.items():
        cache.set(f"price:{sku}", price, ex=PERIOD_SECONDS * 4)


if __name__ == "__main__":
    while True:
        load()
        time.sleep(PERIOD_SECONDS)
