"""Lots of a round: their seed, and its hash that is shown before"""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ('lot_seed', 'lot_hash'):
        op.add_column('judging_rounds', sa.Column(name, sa.String(64), server_default='', nullable=False))
