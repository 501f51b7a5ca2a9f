/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "history/setting.h"

#include "history/statement.h"

char *
suture_setting_get_text (SutureDatabase *database, const char *name, const char *fallback)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  g_autoptr (SutureStatement) statement = NULL;

  statement = suture_statement_new (database, NULL, "SELECT value FROM setting WHERE name = ?", "s", name);
  if (statement == NULL || suture_statement_step (statement, NULL) != 1)
    return g_strdup (fallback);
  return g_strdup (suture_statement_text (statement, 0));
}

gboolean
suture_setting_set_text (SutureDatabase *database, const char *name, const char *value, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  return suture_statement_run (database, error, "INSERT OR REPLACE INTO setting VALUES (?, ?)", "ss", name, value);
}

gint64
suture_setting_get_number (SutureDatabase *database, const char *name, gint64 fallback)
{
  g_autofree char *text = suture_setting_get_text (database, name, NULL);
  gint64 value;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return fallback;
  return value;
}

gboolean
suture_setting_set_number (SutureDatabase *database, const char *name, gint64 value, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return suture_setting_set_text (database, name, text, error);
}

gboolean
suture_setting_set_numbers (SutureDatabase *database, const SutureSettingNumber *settings, gsize n, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  gboolean ok;

  if (!suture_statement_run (database, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  ok = TRUE;
  for (gsize i = 0; i < n && ok; i++)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, settings[i].value);

      ok = suture_statement_run (database, error, "INSERT OR REPLACE INTO setting VALUES (?, ?)", "ss", settings[i].name, text);
    }
  return suture_statement_end (database, ok, error);
}

GHashTable *
suture_setting_list (SutureDatabase *database, const char *prefix)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));
  GHashTable *list = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (SutureStatement) statement = NULL;

  statement = suture_statement_new (database, NULL, "SELECT name, value FROM setting WHERE substr (name, 1, length (?)) = ?", "ss",
                                    prefix, prefix);
  while (statement != NULL && suture_statement_step (statement, NULL) == 1)
    g_hash_table_insert (list, g_strdup (suture_statement_text (statement, 0) + strlen (prefix)),
                         g_strdup (suture_statement_text (statement, 1)));
  return list;
}

gboolean
suture_setting_remove (SutureDatabase *database, const char *name, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (suture_statement_mutex (database));

  return suture_statement_run (database, error, "DELETE FROM setting WHERE name = ?", "s", name);
}
