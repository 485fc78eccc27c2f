"""Nightly figures, computed on the node that it shares with orders."""

import os

import psycopg
from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/figures")
def figures():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT user_id, total FROM order_totals").fetchall()
    return jsonify(sorted(rows, key=lambda row: -row[1]))


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8060)
