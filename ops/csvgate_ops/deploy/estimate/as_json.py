"""The estimate as JSON."""

import json
from dataclasses import asdict

from csvgate_ops.deploy.estimate.estimate import Estimate


def as_json(found: Estimate) -> str:
    prices = found.prices
    document = {
        "currency": prices.currency,
        "region": f"{prices.region}, BigQuery in {prices.tables}",
        "places": {"functions": found.places.functions, "tables": found.places.tables},
        "prices_checked": prices.checked.isoformat(),
        "free_tier_subtracted": found.free,
        "upload": asdict(found.size)
        | {"chunks": found.footprint.chunks, "seconds": asdict(found.seconds)}
        | {"scanned_bytes": found.scanned},
        "uploads_a_month": found.uploads,
        "cost": {"upload": found.upload_cost, "month": found.month_cost},
        "lines": [
            {
                "key": line.key,
                "service": line.price.service,
                "what": line.price.what,
                "unit": line.price.unit,
                "upload": {"quantity": line.upload_quantity, "cost": line.upload_cost},
                "month": {"quantity": line.month_quantity, "cost": line.month_cost},
                "source": line.price.source,
            }
            for line in found.lines
        ],
        "console_hour": found.console_hour,
        "emails_a_day": found.emails_per_day,
        "sendgrid_plan": found.mail_plan.name if found.mail_plan else None,
        "limits": [asdict(limit) | {"share": limit.share} for limit in found.limits],
    }
    return json.dumps(document, indent=2)
