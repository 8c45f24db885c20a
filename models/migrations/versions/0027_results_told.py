"""Results of a contest are told to each reader in their own words"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('contest_tellings', sa.Column('tells_results', sa.Boolean(), server_default=sa.false(), nullable=False))
