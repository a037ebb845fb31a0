"""Scrapy spiders, one site or site family a file."""
