"""Django's views over its ORM, on the connections that ``django_data`` has.

After https://docs.djangoproject.com/en/5.2/ref/models/querysets/ (``select_related`` of one,
``prefetch_related`` of many, ``bulk_create``) and .../topics/db/transactions/.
"""

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from apps import contract_orm as contract
from apps import pydantic_orm as models
from apps.django_models import Post, Purchase, PurchaseLine
from apps.django_refusals import refuses_invalid


@require_GET
@refuses_invalid
def posts(request: HttpRequest) -> HttpResponse:
    """Answer of ``orm-page``: posts with their authors and tags."""
    query = models.PostsIn.model_validate(request.GET.dict())
    related = Post.objects.select_related("author").prefetch_related("tags")
    page = related.filter(id__gte=query.first).order_by("id")[: contract.PAGE]
    return JsonResponse([contract.post_answer(post, post.tags.all()) for post in page], safe=False)


@require_POST
@refuses_invalid
def create_purchase(request: HttpRequest) -> HttpResponse:
    """Answer of ``orm-write``: the purchase, written with its lines."""
    sent = models.PurchaseIn.model_validate(json.loads(request.body))
    total_cents = contract.purchase_cents(sent.lines)
    with transaction.atomic():
        purchase = Purchase.objects.create(account_id=sent.account_id, total_cents=total_cents)
        PurchaseLine.objects.bulk_create(
            [PurchaseLine(purchase=purchase, **line.model_dump()) for line in sent.lines]
        )
    return JsonResponse({"id": purchase.id, "total_cents": purchase.total_cents}, status=201)


ROUTES = {"orm-page": [("posts", posts)], "orm-write": [("purchases", create_purchase)]}
