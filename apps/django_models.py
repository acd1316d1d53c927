"""Django's models of what its ORM reads and writes; hotlap makes their tables, so that none is managed.

After https://docs.djangoproject.com/en/5.2/topics/db/models/. They belong to the one installed app,
``apps.django_data``.
"""

from django.db import models

LABEL = "django_data"


class Author(models.Model):
    """Row of ``authors``."""

    id = models.IntegerField(primary_key=True)
    name = models.TextField()
    country = models.TextField(null=True)

    class Meta:
        """Of its table."""

        app_label = LABEL
        db_table = "authors"
        managed = False


class Tag(models.Model):
    """Row of ``tags``, which come in their order."""

    id = models.IntegerField(primary_key=True)
    name = models.TextField()

    class Meta:
        """Of its table."""

        app_label = LABEL
        db_table = "tags"
        managed = False
        ordering = ("id",)


class Post(models.Model):
    """Row of ``posts``, with its author and its tags."""

    id = models.IntegerField(primary_key=True)
    author = models.ForeignKey(Author, models.CASCADE)
    title = models.TextField()
    views = models.IntegerField()
    tags = models.ManyToManyField(Tag, db_table="post_tags")

    class Meta:
        """Of its table."""

        app_label = LABEL
        db_table = "posts"
        managed = False


class Purchase(models.Model):
    """Row of ``purchases``."""

    id = models.AutoField(primary_key=True)
    account_id = models.IntegerField()
    total_cents = models.IntegerField()

    class Meta:
        """Of its table."""

        app_label = LABEL
        db_table = "purchases"
        managed = False


class PurchaseLine(models.Model):
    """Row of ``purchase_lines``."""

    id = models.AutoField(primary_key=True)
    purchase = models.ForeignKey(Purchase, models.CASCADE)
    sku = models.TextField()
    quantity = models.IntegerField()
    unit_cents = models.IntegerField()

    class Meta:
        """Of its table."""

        app_label = LABEL
        db_table = "purchase_lines"
        managed = False
