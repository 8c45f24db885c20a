"""Closures in one act, menus that staff make, periodicals with their issues"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import models.db

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account_menus',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('buttons', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'set', 'down', name='menustate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('shows_from', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('shows_until', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_account_menus_set', 'account_menus', ['shows_from'], unique=False, sqlite_where=sa.text("state = 'set'"), postgresql_where=sa.text("state = 'set'"))
    op.create_table('closings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('branches', sa.JSON(), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=120), nullable=False),
    sa.Column('state', sa.Enum('doing', 'done', 'undoing', 'undone', name='closingstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('undone_by', sa.String(length=40), server_default='', nullable=False),
    sa.Column('undone_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('notice_id', sa.Integer(), nullable=True),
    sa.Column('reopening_id', sa.Integer(), nullable=True),
    sa.Column('correction_id', sa.Integer(), nullable=True),
    sa.Column('menu_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['correction_id'], ['notices.id'], ),
    sa.ForeignKeyConstraint(['menu_id'], ['account_menus.id'], ),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], ),
    sa.ForeignKeyConstraint(['reopening_id'], ['notices.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_closings_at_work', 'closings', ['id'], unique=False, sqlite_where=sa.text("state IN ('doing', 'undoing')"), postgresql_where=sa.text("state IN ('doing', 'undoing')"))
    op.create_table('closing_activities',
    sa.Column('closing_id', sa.Integer(), nullable=False),
    sa.Column('activity_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.Enum('keep', 'cancel', 'move', name='choice', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('to', sa.JSON(), nullable=True),
    sa.Column('was', sa.JSON(), nullable=True),
    sa.Column('done_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('undone_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('changed_at', models.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('told', sa.Integer(), server_default='0', nullable=False),
    sa.Column('told_back', sa.Integer(), server_default='0', nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['closing_id'], ['closings.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('closing_id', 'activity_id')
    )
    op.create_index(op.f('ix_closing_activities_activity_id'), 'closing_activities', ['activity_id'], unique=False)
    with op.batch_alter_table('closures') as closures:
        closures.add_column(sa.Column('closing_id', sa.Integer(), nullable=True))
        closures.create_foreign_key('fk_closures_closing_id', 'closings', ['closing_id'], ['id'])
    op.create_index(op.f('ix_closures_closing_id'), 'closures', ['closing_id'], unique=False)
    _as_acts()
    op.create_table('periodicals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('about', sa.String(length=200), server_default='', nullable=False),
    sa.Column('a_year', sa.SmallInteger(), nullable=False),
    sa.Column('due_day', sa.SmallInteger(), nullable=False),
    sa.Column('due_after', sa.SmallInteger(), nullable=False),
    sa.Column('sections', sa.JSON(), nullable=False),
    sa.Column('first_year', sa.SmallInteger(), nullable=False),
    sa.Column('first_total', sa.Integer(), server_default='1', nullable=False),
    sa.Column('is_kept_up', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', models.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_table('periodical_issues',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('periodical_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('first_month', sa.String(length=7), nullable=False),
    sa.Column('last_month', sa.String(length=7), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('planned', 'writing', 'out', 'skipped', name='issuestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('out_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=120), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], ),
    sa.ForeignKeyConstraint(['periodical_id'], ['periodicals.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('periodical_id', 'year', 'number', name='uq_periodical_issues_number')
    )
    op.create_index('ix_periodical_issues_due', 'periodical_issues', ['state', 'due_on'], unique=False)
    op.create_index(op.f('ix_periodical_issues_notice_id'), 'periodical_issues', ['notice_id'], unique=False)


def _as_acts() -> None:
    """Closures of before are acts of their own, without activities: one way to see and to undo them all."""
    bind = op.get_bind()
    closings = sa.table('closings', *(sa.column(name) for name in ('id', 'first_on', 'last_on', 'reason', 'state', 'made_by')), sa.column('branches', sa.JSON()), sa.column('made_at', models.db.UtcDateTime()))
    closures = sa.table('closures', *(sa.column(name) for name in ('id', 'branch_id', 'first_on', 'last_on', 'reason', 'closing_id')))
    for row in bind.execute(sa.select(closures)).all():
        branches = [] if row.branch_id is None else [row.branch_id]
        bind.execute(sa.insert(closings).values(id=row.id, branches=branches, first_on=row.first_on, last_on=row.last_on, reason=row.reason, state='done', made_by='', made_at=datetime.now(UTC)))
        bind.execute(sa.update(closures).where(closures.c.id == row.id).values(closing_id=row.id))
    if bind.dialect.name == 'postgresql':
        op.execute("SELECT setval(pg_get_serial_sequence('closings', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM closings), false)")
