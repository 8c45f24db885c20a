"""In which browser an attempt was played"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('attempts', sa.Column('browser', sa.String(length=16), nullable=True))
    op.create_index(
        'ix_attempts_browser', 'attempts', ['quiz_id', 'browser'], sqlite_where=sa.text('browser IS NOT NULL'),
        postgresql_where=sa.text('browser IS NOT NULL'),
    )
