/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/crashes.h"

#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>

/* SD_MESSAGE_COREDUMP of sd-messages.h */
#define MESSAGE "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"
#define FIELD_MAX (1024 * 1024)  /* bytes of one: /proc/PID/maps of a large program */
#define TEXT_MAX 4096            /* bytes of a path or of a unit's name */
#define BACK (2 * G_USEC_PER_SEC) /* where files of several users meet, a seek may land behind the first one that is wanted */
#define SYSTEM_UID_MAX 999       /* of Debian and of systemd's default */
#define ENTRIES_MAX (SUTURE_CRASHES_MAX * 4) /* that are passed over, those of others included */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sd_journal, sd_journal_close)

/* The value of the field @name of the present entry; NULL: it has none, or it is longer than @max bytes. */
static char *
field (sd_journal *journal, const char *name, gsize max)
{
  gsize prefix = strlen (name) + 1, length = 0;
  const void *data = NULL;

  if (sd_journal_get_data (journal, name, &data, &length) < 0 || length < prefix || length - prefix > max)
    return NULL;
  return g_strndup ((const char *) data + prefix, length - prefix);
}

/* Whether the journal vouches for who wrote it: root, or a process of systemd-coredump's own unit (it gives up its rights before
 * it writes, so that the user says nothing; nobody else can enter the unit). */
static gboolean
is_genuine (sd_journal *journal)
{
  g_autofree char *user = field (journal, "_UID", TEXT_MAX);
  g_autofree char *unit = field (journal, "_SYSTEMD_UNIT", TEXT_MAX);

  return g_strcmp0 (user, "0") == 0 || (unit != NULL && g_str_has_prefix (unit, "systemd-coredump@"));
}

/* The files of @wanted that stand in @maps, which is /proc/PID/maps. */
static char **
files_of (const char *maps, GHashTable *wanted)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) lines = g_strsplit (maps != NULL ? maps : "", "\n", -1);
  g_autoptr (GStrvBuilder) files = g_strv_builder_new ();

  for (char **at = lines; *at != NULL; at++)
    {
      const char *path = strchr (*at, '/');

      if (path == NULL || g_hash_table_contains (seen, path) || !g_hash_table_contains (wanted, path))
        continue;
      g_hash_table_add (seen, (gpointer) path);
      g_strv_builder_add (files, path);
    }
  return g_strv_builder_end (files);
}

static gboolean
is_number (const char *text)
{
  return text != NULL && *text != '\0' && strspn (text, G_CSET_DIGITS) == strlen (text) && strlen (text) < 11;
}

/* Whether it may have something undone, by the user it ran as. */
static gboolean
counts (sd_journal *journal)
{
  g_autofree char *text = field (journal, "COREDUMP_UID", TEXT_MAX);
  guint64 user = is_number (text) ? g_ascii_strtoull (text, NULL, 10) : G_MAXUINT32;

  if (user <= SYSTEM_UID_MAX)
    return TRUE;
  return user < G_MAXUINT32 && sd_uid_get_seats ((uid_t) user, 1, NULL) > 0;
}

/* Not a session, and not the manager of a person's own services, which all that a person runs belongs to. */
static gboolean
is_system_service (const char *unit)
{
  return g_str_has_suffix (unit, ".service") && !g_str_has_prefix (unit, "user@") && g_utf8_validate (unit, -1, NULL);
}

/* NULL: it says nothing that can be used. */
static SutureCrash *
read_entry (sd_journal *journal, gint64 time, GHashTable *wanted)
{
  g_autofree char *program = field (journal, "COREDUMP_EXE", TEXT_MAX);
  g_autofree char *unit = field (journal, "COREDUMP_UNIT", TEXT_MAX);
  g_autofree char *maps = field (journal, "COREDUMP_PROC_MAPS", FIELD_MAX);
  g_autofree char *container = field (journal, "COREDUMP_CONTAINER_CMDLINE", FIELD_MAX);
  SutureCrash *crash;

  /* in a container the same path is another file */
  if (container != NULL)
    return NULL;
  if (program == NULL || *program != '/' || !g_utf8_validate (program, -1, NULL))
    return NULL;
  crash = g_new0 (SutureCrash, 1);
  crash->time = time;
  crash->program = g_steal_pointer (&program);
  crash->unit = g_strdup (unit != NULL && is_system_service (unit) ? unit : "");
  crash->files = files_of (maps, wanted);
  /* a service's throw-away user has a high number */
  crash->counts = *crash->unit != '\0' || counts (journal);
  return crash;
}

GPtrArray *
suture_crashes_read (gint64 *position, GHashTable *files)
{
  GPtrArray *crashes = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_crash_free);
  g_autoptr (sd_journal) journal = NULL;
  gint64 now = g_get_real_time ();

  if (sd_journal_open (&journal, SD_JOURNAL_LOCAL_ONLY) < 0 || sd_journal_set_data_threshold (journal, FIELD_MAX) < 0
      || sd_journal_add_match (journal, MESSAGE, 0) < 0
      || sd_journal_seek_realtime_usec (journal, (guint64) MAX (*position - BACK, 0)) < 0)
    return crashes;
  for (guint i = 0; i < ENTRIES_MAX && crashes->len < SUTURE_CRASHES_MAX && sd_journal_next (journal) > 0; i++)
    {
      guint64 time = 0;
      SutureCrash *crash = NULL;

      if (sd_journal_get_realtime_usec (journal, &time) < 0 || time > G_MAXINT64 || (gint64) time <= *position)
        continue;
      /* written when the clock was ahead: it would be read again and again until then */
      if ((gint64) time > now)
        continue;
      *position = (gint64) time;
      if (is_genuine (journal))
        crash = read_entry (journal, (gint64) time, files);
      if (crash != NULL)
        g_ptr_array_add (crashes, crash);
    }
  return crashes;
}
