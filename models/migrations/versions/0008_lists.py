"""Long lists: a month is found by what ends in it and what goes on beyond it, the audit log by who and by what"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

GOES_ON = sa.text('last_on > starts_on')


def upgrade() -> None:
    op.create_index('ix_activities_runs', 'activities', ['state', 'last_on', 'starts_on', 'id'],
                    sqlite_where=GOES_ON, postgresql_where=GOES_ON)  # fmt: skip
    op.create_index('ix_audit_who', 'audit', ['who', 'id'])
    op.create_index('ix_audit_act', 'audit', ['act', 'id'])
