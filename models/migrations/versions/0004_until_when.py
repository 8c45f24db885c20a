"""Until when lists carry what has no end (a season) and what has no date (its plan's month)"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

NO_END = '9999-12-31'


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    season = "date(starts_on, '+92 days')" if is_sqlite else 'starts_on + 92'
    month_end = (
        "date(plan_month || '-01', '+1 month', '-1 day')" if is_sqlite
        else "(to_date(plan_month || '-01', 'YYYY-MM-DD') + interval '1 month' - interval '1 day')::date"
    )
    op.execute(sa.text(f"UPDATE activities SET last_on = {season} WHERE last_on = '{NO_END}' AND starts_on IS NOT NULL"))
    op.execute(sa.text(f"UPDATE activities SET last_on = {month_end} WHERE last_on = '{NO_END}' AND starts_on IS NULL"))
    op.execute(sa.text(
        'UPDATE activity_grams SET last_on = (SELECT last_on FROM activities WHERE id = activity_id) '
        f"WHERE last_on = '{NO_END}'"
    ))
