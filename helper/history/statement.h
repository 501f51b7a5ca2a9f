/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sqlite3.h>

#include "history/database.h"

/* The few lines of SQLite that all files of this folder need, and nobody else. */

G_BEGIN_DECLS

/* Held for the whole of a call: statements and transactions of two threads must not mix on the one connection. */
GMutex *suture_statement_mutex (SutureDatabase *database);

typedef sqlite3_stmt SutureStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureStatement, sqlite3_finalize)

/* Prepares @sql and binds the arguments by @types: 's' const char * (NULL is NULL), 'i' gint64. SUTURE_ERROR_NO_SPACE,
 * SUTURE_ERROR_FAILED. */
SutureStatement *suture_statement_new (SutureDatabase *database, GError **error, const char *sql, const char *types, ...);

/* 1: there is a row, 0: no more, -1: @error. */
int suture_statement_step (SutureStatement *self, GError **error);

/* Text of @column, never NULL. */
const char *suture_statement_text (SutureStatement *self, int column);

/* Prepares, binds, runs to the end. */
gboolean suture_statement_run (SutureDatabase *database, GError **error, const char *sql, const char *types, ...);

/* Ends a transaction that "BEGIN IMMEDIATE" began: COMMIT when @ok, else, or when that fails, ROLLBACK. Returns whether
 * it was committed; @error is only set by the commit. */
gboolean suture_statement_end (SutureDatabase *database, gboolean ok, GError **error);

G_END_DECLS
