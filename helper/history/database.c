/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Biography of the schema (PRAGMA user_version). A change adds a line here, a step in migrate () and keeps an old
 * database as test data.
 *
 *   1  setting, journal, history, result, installed, removed
 *   2  probation, undone, closing
 *
 * The rollback journal is kept between transactions (journal_mode=PERSIST) instead of a write-ahead log: writes are few
 * and small, one file and its journal are all there is to set aside, and the journal's blocks and a few free pages stay
 * allocated, so that a removal can still be journalled on a disk that is full. With synchronous=FULL the journal's header
 * is synced when it is cleared, which is the moment of the commit. */
#include "history/database.h"

#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "history/statement.h"

#define APPLICATION_ID 0x53757475 /* "Sutu", PRAGMA application_id */
#define SCHEMA_VERSION 2
#define RESERVE_PAGES 16 /* a removal's four transactions touch 9 pages (4 KiB each), counted by test-history */

struct _SutureDatabase
{
  GMutex mutex;
  sqlite3 *db; /* (owned) */
  gboolean lasting;
  gboolean new_beginning;
};

static const char schema[] =
  "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL,"
  "  improvement TEXT NOT NULL, component TEXT NOT NULL, title TEXT NOT NULL, letter TEXT NOT NULL,"
  "  plan TEXT NOT NULL, by TEXT NOT NULL, user INTEGER NOT NULL, time INTEGER NOT NULL);"
  "CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, event TEXT NOT NULL,"
  "  improvement TEXT NOT NULL, title TEXT NOT NULL, letter TEXT NOT NULL, by TEXT NOT NULL, user INTEGER NOT NULL,"
  "  error TEXT NOT NULL, message TEXT NOT NULL);"
  "CREATE TABLE result (id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL UNIQUE, error TEXT NOT NULL,"
  "  message TEXT NOT NULL);"
  "CREATE TABLE installed (improvement TEXT PRIMARY KEY, component TEXT NOT NULL, time INTEGER NOT NULL, title TEXT NOT NULL,"
  "  letter TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE removed (improvement TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;";

/* What version 2 added: history/probation.h. */
static const char schema_2[] =
  "CREATE TABLE probation (improvement TEXT PRIMARY KEY, component TEXT NOT NULL, target TEXT NOT NULL, failing TEXT NOT NULL,"
  "  units TEXT NOT NULL, began INTEGER NOT NULL, remaining INTEGER NOT NULL, before TEXT NOT NULL, before_target TEXT NOT NULL,"
  "  verdict TEXT NOT NULL, told INTEGER NOT NULL, healthy INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE undone (improvement TEXT PRIMARY KEY, time INTEGER NOT NULL, message TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE closing (improvement TEXT NOT NULL, program TEXT NOT NULL, count INTEGER NOT NULL,"
  "  PRIMARY KEY (improvement, program)) WITHOUT ROWID;"
  /* what is installed already is not watched, but can still be undone */
  "INSERT INTO probation SELECT improvement, component, '', '', '', time, 0, '', '', '', 0, 0 FROM installed;";

GMutex *
suture_statement_mutex (SutureDatabase *database)
{
  return &database->mutex;
}

static gboolean
set_error (sqlite3 *db, int code, GError **error)
{
  int errsv = sqlite3_system_errno (db);
  gboolean full = (code & 0xff) == SQLITE_FULL || ((code & 0xff) == SQLITE_IOERR && (errsv == ENOSPC || errsv == EDQUOT));
  gboolean damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;

  g_set_error (error, SUTURE_ERROR,
               full ? SUTURE_ERROR_NO_SPACE : damaged ? SUTURE_ERROR_MALFORMED : SUTURE_ERROR_FAILED,
               "the database said: %s", sqlite3_errmsg (db));
  return FALSE;
}

static SutureStatement *
prepare (sqlite3 *db, GError **error, const char *sql, const char *types, va_list args)
{
  g_autoptr (SutureStatement) self = NULL;
  int code = sqlite3_prepare_v2 (db, sql, -1, &self, NULL);

  for (int i = 0; code == SQLITE_OK && types[i] != '\0'; i++)
    {
      if (types[i] == 's')
        code = sqlite3_bind_text (self, i + 1, va_arg (args, const char *), -1, SQLITE_TRANSIENT);
      else
        code = sqlite3_bind_int64 (self, i + 1, va_arg (args, gint64));
    }
  if (code == SQLITE_OK)
    return g_steal_pointer (&self);
  set_error (db, code, error);
  return NULL;
}

SutureStatement *
suture_statement_new (SutureDatabase *database, GError **error, const char *sql, const char *types, ...)
{
  SutureStatement *self;
  va_list args;

  va_start (args, types);
  self = prepare (database->db, error, sql, types, args);
  va_end (args);
  return self;
}

int
suture_statement_step (SutureStatement *self, GError **error)
{
  int code = sqlite3_step (self);

  if (code == SQLITE_ROW)
    return 1;
  if (code == SQLITE_DONE)
    return 0;
  set_error (sqlite3_db_handle (self), code, error);
  return -1;
}

const char *
suture_statement_text (SutureStatement *self, int column)
{
  const char *text = (const char *) sqlite3_column_text (self, column);

  return text != NULL ? text : "";
}

gboolean
suture_statement_run (SutureDatabase *database, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (SutureStatement) statement = NULL;
  va_list args;
  int got = 1;

  va_start (args, types);
  statement = prepare (database->db, error, sql, types, args);
  va_end (args);
  if (statement == NULL)
    return FALSE;
  while (got == 1)
    got = suture_statement_step (statement, error);
  return got == 0;
}

gboolean
suture_statement_end (SutureDatabase *database, gboolean ok, GError **error)
{
  if (ok && suture_statement_run (database, error, "COMMIT", ""))
    return TRUE;
  /* SQLite has rolled back by itself after some errors; then there is nothing to end */
  if (!sqlite3_get_autocommit (database->db))
    (void) suture_statement_run (database, NULL, "ROLLBACK", "");
  return FALSE;
}

/* A PRAGMA's or query's single number; -1 with @error, or when there is none. */
static gint64
number (SutureDatabase *self, const char *sql, GError **error)
{
  g_autoptr (SutureStatement) statement = suture_statement_new (self, error, sql, "");

  if (statement == NULL || suture_statement_step (statement, error) != 1)
    return -1;
  return sqlite3_column_int64 (statement, 0);
}

static gboolean
refuse (const char *what, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s", what);
  return FALSE;
}

/* Whether what was opened is ours and whole. SUTURE_ERROR_MALFORMED when it is not. */
static gboolean
look_over (SutureDatabase *self, gboolean *empty, GError **error)
{
  g_autoptr (SutureStatement) check = NULL;
  gint64 tables = number (self, "SELECT count(*) FROM sqlite_schema", error);

  /* a disk that can't be read now is no damage: only what SQLite calls one is */
  if (tables < 0)
    return FALSE;
  *empty = tables == 0;
  if (*empty)
    return TRUE;
  if (number (self, "PRAGMA application_id", NULL) != APPLICATION_ID)
    return refuse ("it is the database of another program", error);
  if (number (self, "PRAGMA user_version", NULL) > SCHEMA_VERSION)
    return refuse ("it was written by a newer Suture", error);
  check = suture_statement_new (self, error, "PRAGMA quick_check(1)", "");
  if (check == NULL || suture_statement_step (check, error) != 1)
    return FALSE;
  if (!g_str_equal (suture_statement_text (check, 0), "ok"))
    return refuse (suture_statement_text (check, 0), error);
  return TRUE;
}

static gboolean
exec (SutureDatabase *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || set_error (self->db, code, error);
}

static gboolean
migrate (SutureDatabase *self, gboolean empty, GError **error)
{
  g_autofree char *marks = g_strdup_printf ("PRAGMA application_id=%d; PRAGMA user_version=%d;", APPLICATION_ID,
                                            SCHEMA_VERSION);
  gint64 version = empty ? 0 : number (self, "PRAGMA user_version", NULL);
  gboolean ok;

  if (version == SCHEMA_VERSION)
    return TRUE;
  if (!exec (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  ok = (version >= 1 || exec (self, schema, error)) && exec (self, schema_2, error) && exec (self, marks, error);
  return suture_statement_end (self, ok, error);
}

/* Keeps free pages inside the file and blocks inside its journal for the day when the disk has none. */
static void
reserve (SutureDatabase *self)
{
  g_autofree char *fill = NULL;

  if (number (self, "PRAGMA freelist_count", NULL) >= RESERVE_PAGES)
    return;
  fill = g_strdup_printf ("CREATE TABLE reserve (bytes BLOB); INSERT INTO reserve VALUES (zeroblob(%d));"
                          "UPDATE reserve SET bytes = randomblob(%d); DROP TABLE reserve;",
                          2 * RESERVE_PAGES * 4096, 2 * RESERVE_PAGES * 4096);
  if (!exec (self, fill, NULL))
    {
      (void) exec (self, "DROP TABLE IF EXISTS reserve", NULL);
      g_info ("there is no room to reserve pages of the database");
    }
}

static void
close_db (SutureDatabase *self)
{
  if (self->db != NULL)
    sqlite3_close (self->db);
  self->db = NULL;
}

static gboolean
open_at (SutureDatabase *self, const char *path, GError **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW;
  int code = sqlite3_open_v2 (path, &self->db, flags, NULL);
  gboolean empty;

  if (code != SQLITE_OK)
    return self->db != NULL ? set_error (self->db, code, error) : refuse ("it could not be opened", error);
  sqlite3_busy_timeout (self->db, 5000);
  /* nothing that a damaged file says may run or be believed: sqlite.org/security.html */
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  return look_over (self, &empty, error)
         && exec (self, "PRAGMA journal_mode=PERSIST; PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON;"
                        "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=OFF;", error)
         && migrate (self, empty, error);
}

static void
set_aside (const char *path)
{
  g_autofree char *aside = g_strconcat (path, ".set-aside", NULL);
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  g_autofree char *aside_journal = g_strconcat (aside, "-journal", NULL);

  /* its journal goes first: left behind, it would be played into the new database */
  if (rename (journal, aside_journal) < 0 && errno != ENOENT)
    g_warning ("could not rename %s: %s", journal, g_strerror (errno));
  if (rename (path, aside) < 0)
    g_warning ("could not rename %s: %s", path, g_strerror (errno));
}

SutureDatabase *
suture_database_open (void)
{
  const char *path = suture_path (SUTURE_PATH_DATABASE);
  g_autoptr (GError) error = NULL;
  SutureDatabase *self = g_new0 (SutureDatabase, 1);

  g_mutex_init (&self->mutex);
  self->lasting = open_at (self, path, &error);
  if (!self->lasting && g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED))
    {
      g_message ("the database %s cannot be used (%s): it is set aside and a new one is started", path, error->message);
      close_db (self);
      set_aside (path);
      g_clear_error (&error);
      self->new_beginning = TRUE;
      self->lasting = open_at (self, path, &error);
    }
  if (self->lasting)
    {
      reserve (self);
      return self;
    }
  g_message ("the database %s cannot be written (%s): history will be lost when the helper ends", path, error->message);
  close_db (self);
  g_clear_error (&error);
  if (!open_at (self, ":memory:", &error))
    g_error ("no database in memory: %s", error->message); /* nothing could be promised without one: end, by design */
  return self;
}

void
suture_database_free (SutureDatabase *self)
{
  if (self == NULL)
    return;
  close_db (self);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

gboolean
suture_database_is_lasting (SutureDatabase *self)
{
  return self->lasting;
}

gboolean
suture_database_is_new_beginning (SutureDatabase *self)
{
  return self->new_beginning;
}
