"""What a reader who left had used up, until a quiz is closed"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, of in (('attempts', 'quiz_id'), ('live_answers', 'round_id')):
        op.add_column(table, sa.Column('left_as', sa.String(length=32), nullable=True))
        op.create_index(
            f'ix_{table}_left', table, [of, 'left_as'], sqlite_where=sa.text('left_as IS NOT NULL'),
            postgresql_where=sa.text('left_as IS NOT NULL'),
        )
