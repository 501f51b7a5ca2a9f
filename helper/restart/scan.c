/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "restart/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/name.h"
#include "base/paths.h"

#define BYTES_MAX SUTURE_MANIFEST_IMAGE_MAX /* of a file that is looked into */
#define OTHERS_MAX 256 /* entries that are no services: a person can make any number of scopes and programs */
#define MAPS_MAX (16u * 1024u * 1024u) /* bytes; 65530 mappings, the kernel's default limit, of 250 */

/* One file that is looked for. */
typedef struct
{
  char *id;          /* (owned) */
  char *path;        /* (owned) */
  char *now;         /* SHA-256 of what is there now; NULL when nothing that may be mapped is (owned) */
  GHashTable *known; /* char *: every version's SHA-256 (owned) */
} Wanted;

typedef struct
{
  gatomicrefcount references;
  GMutex lock;
  GCond ended;
  gboolean is_ended;
  GPtrArray *stale;    /* SutureStale, behind the lock (owned) */
  GPtrArray *wanted;   /* Wanted (owned) */
  GHashTable *by_name; /* last component → GPtrArray of Wanted (owned) */
  GHashTable *digests; /* "dev:ino:size:mtime" → SHA-256 (owned) */
  struct stat usr;     /* the system's unmerged /usr */
  struct stat merged;  /* and what is seen there now */
} Scan;

static void
wanted_free (Wanted *self)
{
  g_free (self->id);
  g_free (self->path);
  g_free (self->now);
  g_hash_table_unref (self->known);
  g_free (self);
}

static void
stale_free (SutureStale *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

static void
scan_unref (Scan *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->stale);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->wanted);
  g_hash_table_unref (self->digests);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended);
  g_free (self);
}

SutureStale *
suture_stale_new (const char *id, const char *name, SutureUnitKind kind, int pid)
{
  SutureStale *self = g_new0 (SutureStale, 1);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->kind = kind;
  self->pid = pid;
  return self;
}

SutureScanned *
suture_scanned_new (SutureManifest *manifest, gboolean merged)
{
  SutureScanned *self = g_new0 (SutureScanned, 1);

  self->manifest = suture_manifest_ref (manifest);
  self->merged = merged;
  return self;
}

void
suture_scanned_free (SutureScanned *self)
{
  suture_manifest_unref (self->manifest);
  g_free (self);
}

gboolean
suture_scan_path_matches (const char *shown, const char *path)
{
  g_autofree char *plain = g_str_has_suffix (shown, " (deleted)")
                             ? g_strndup (shown, strlen (shown) - strlen (" (deleted)"))
                             : g_strdup (shown);
  const char *below_usr = g_str_has_prefix (path, "/usr/") ? path + strlen ("/usr") : path;
  const char *below_tree = strchr (below_usr + 1, '/');

  /* the shown path may also have more at its beginning: a service's own root folder, or the kept base */
  return g_str_has_suffix (plain, below_usr) || (below_tree != NULL && g_str_has_suffix (plain, below_tree));
}

static char *
digest_path (const char *path)
{
  g_auto (SutureFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0 || !S_ISREG (status.st_mode))
    return NULL;
  return suture_digest_fd (fd, NULL, NULL);
}

/* @path with the system's /usr before it instead of the manifest's: they differ in tests only. */
static char *
digest_now (const char *path)
{
  g_autofree char *there = g_strconcat (suture_path (SUTURE_PATH_USR), path + strlen ("/usr"), NULL);

  return digest_path (there);
}

static Wanted *
add_wanted (Scan *scan, const SutureManifest *manifest, const char *path)
{
  Wanted *wanted = g_new0 (Wanted, 1);
  g_autofree char *name = g_path_get_basename (path);
  GPtrArray *same = g_hash_table_lookup (scan->by_name, name);

  wanted->id = g_strdup (manifest->id);
  wanted->path = g_strdup (path);
  wanted->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (scan->wanted, wanted);
  if (same == NULL)
    {
      same = g_ptr_array_new ();
      g_hash_table_insert (scan->by_name, g_steal_pointer (&name), same);
    }
  g_ptr_array_add (same, wanted);
  return wanted;
}

static void
add_manifest (Scan *scan, const SutureScanned *improvement)
{
  const SutureManifest *manifest = improvement->manifest;

  for (guint i = 0; i < manifest->files->len; i++)
    {
      const SutureManifestFile *file = manifest->files->pdata[i];
      Wanted *wanted;

      if (file->type != SUTURE_FILE_REGULAR)
        continue;
      wanted = add_wanted (scan, manifest, file->path);
      wanted->now = digest_now (file->path);
      g_hash_table_add (wanted->known, g_strdup (file->content));
      for (guint n = 0; n < file->old->len; n++)
        if (file->old->pdata[n] != NULL)
          g_hash_table_add (wanted->known, g_strdup (file->old->pdata[n]));
    }
  for (guint i = 0; i < manifest->obsoletes->len; i++)
    {
      const SutureManifestObsolete *obsolete = manifest->obsoletes->pdata[i];
      Wanted *wanted = add_wanted (scan, manifest, obsolete->path);

      /* it stays in place, but is only right to be mapped where the improvement is not merged */
      wanted->now = improvement->merged ? NULL : digest_now (obsolete->path);
      for (guint n = 0; n < obsolete->sha256->len; n++)
        g_hash_table_add (wanted->known, g_strdup (obsolete->sha256->pdata[n]));
    }
}

/* The SHA-256 of the file behind the mapping @range of @process, by the cache where it can be. */
static const char *
digest_mapping (Scan *scan, int process, const char *range)
{
  g_autofree char *link = g_strconcat ("map_files/", range, NULL);
  g_autofree char *key = NULL;
  g_auto (SutureFd) fd = -1;
  struct stat status;
  const char *digest;

  /* what lies in /usr is root's. A file of anybody else may bear any name and take any time to read */
  if (fstatat (process, link, &status, 0) < 0 || !S_ISREG (status.st_mode) || status.st_uid != 0
      || (guint64) status.st_size > BYTES_MAX)
    return NULL;
  key = g_strdup_printf ("%u:%u:%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%ld",
                         major (status.st_dev), minor (status.st_dev), (guint64) status.st_ino,
                         (gint64) status.st_size, (gint64) status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  digest = g_hash_table_lookup (scan->digests, key);
  if (digest != NULL)
    return digest;
  fd = openat (process, link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd >= 0)
    digest = suture_digest_fd (fd, NULL, NULL);
  if (digest != NULL)
    g_hash_table_insert (scan->digests, g_steal_pointer (&key), (char *) digest);
  return digest;
}

/* The improvement that says that the file @shown behind @range is not what is there now; NULL when all is well. */
static const Wanted *
find_stale (Scan *scan, int process, const char *range, const char *shown)
{
  g_autofree char *base = g_path_get_basename (shown);
  GPtrArray *candidates;

  if (g_str_has_suffix (base, " (deleted)"))
    base[strlen (base) - strlen (" (deleted)")] = '\0';
  candidates = g_hash_table_lookup (scan->by_name, base);
  for (guint i = 0; candidates != NULL && i < candidates->len; i++)
    {
      const Wanted *wanted = candidates->pdata[i];
      const char *digest = NULL;

      if (suture_scan_path_matches (shown, wanted->path))
        digest = digest_mapping (scan, process, range);
      if (digest != NULL && g_hash_table_contains (wanted->known, digest) && g_strcmp0 (digest, wanted->now) != 0)
        return wanted;
    }
  return NULL;
}

/* A whole file of /proc, which has no size: read to its end. */
static char *
read_proc (int process, const char *name)
{
  g_auto (SutureFd) fd = openat (process, name, O_RDONLY | O_CLOEXEC);
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[16384];
  ssize_t n;

  if (fd < 0)
    return NULL;
  while ((n = TEMP_FAILURE_RETRY (read (fd, buffer, sizeof buffer))) > 0 && text->len < MAPS_MAX)
    g_string_append_len (text, buffer, n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The unit of @process; the program's name where there is none. */
static char *
name_process (int process, int pid, SutureUnitKind *kind)
{
  g_autofree char *cgroup = read_proc (process, "cgroup");
  g_autofree char *comm = read_proc (process, "comm");
  g_autofree char *unit = suture_unit_from_cgroup (cgroup != NULL ? cgroup : "", kind);

  if (pid == 1)
    *kind = SUTURE_UNIT_PID1;
  /* programs and scopes are named by whoever starts them, with any bytes: the answer is JSON */
  return g_strchomp (suture_name_clean_text (unit != NULL ? unit : comm, NAME_MAX, FALSE));
}

static void
report (Scan *scan, const Wanted *wanted, const char *name, SutureUnitKind kind, int pid)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&scan->lock);
  guint others = 0;

  for (guint i = 0; i < scan->stale->len; i++)
    {
      SutureStale *stale = scan->stale->pdata[i];

      others += stale->kind == SUTURE_UNIT_SESSION || stale->kind == SUTURE_UNIT_PROCESS;
      if (g_str_equal (stale->name, name) && g_str_equal (stale->id, wanted->id) && stale->kind == kind)
        {
          stale->pid = MIN (stale->pid, pid);
          return;
        }
    }
  if (others < OTHERS_MAX || kind == SUTURE_UNIT_SERVICE || kind == SUTURE_UNIT_PID1)
    g_ptr_array_add (scan->stale, suture_stale_new (wanted->id, name, kind, pid));
}

static gboolean
has_our_usr (const Scan *scan, int process)
{
  struct stat usr;

  if (fstatat (process, "root/usr", &usr, 0) < 0)
    return FALSE;
  return (usr.st_dev == scan->usr.st_dev && usr.st_ino == scan->usr.st_ino)
         || (usr.st_dev == scan->merged.st_dev && usr.st_ino == scan->merged.st_ino);
}

static void
look_at (Scan *scan, const char *folder, int pid, gboolean sessions)
{
  g_auto (SutureFd) process = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  SutureUnitKind kind = SUTURE_UNIT_PROCESS;
  g_autofree char *name = NULL;
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal); /* ids that this process was told for */

  /* a descriptor of the folder can't come to mean another process */
  if (process < 0)
    return;
  name = name_process (process, pid, &kind);
  if ((kind == SUTURE_UNIT_SESSION) != sessions || !has_our_usr (scan, process))
    return;
  maps = read_proc (process, "maps");
  lines = g_strsplit (maps != NULL ? maps : "", "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      /* proc(5): range permissions offset device inode path */
      const char *path = strchr (lines[i], '/');
      const char *blank = strchr (lines[i], ' ');
      const Wanted *wanted;

      if (path == NULL || blank == NULL || blank > path)
        continue;
      lines[i][blank - lines[i]] = '\0';
      wanted = find_stale (scan, process, lines[i], path);
      if (wanted != NULL && g_hash_table_add (told, wanted->id))
        report (scan, wanted, name, kind, pid);
    }
}

static void
look_at_all (Scan *scan, gboolean sessions)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (processes != NULL && (name = g_dir_read_name (processes)) != NULL)
    {
      guint64 pid;

      if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT, &pid, NULL) && (int) pid != getpid ())
        {
          g_autofree char *folder = g_strdup_printf ("/proc/%s", name);

          look_at (scan, folder, (int) pid, sessions);
        }
    }
}

/* The system's own processes first: whatever a person who is logged in maps to hold this up, no service is missed. */
static gpointer
run (gpointer data)
{
  Scan *scan = data;

  look_at_all (scan, FALSE);
  look_at_all (scan, TRUE);
  g_mutex_lock (&scan->lock);
  scan->is_ended = TRUE;
  g_cond_signal (&scan->ended);
  g_mutex_unlock (&scan->lock);
  scan_unref (scan);
  return NULL;
}

GPtrArray *
suture_scan_run (GPtrArray *improvements, guint seconds, gboolean *whole)
{
  Scan *scan = g_new0 (Scan, 1);
  gboolean ended = seconds > 0;
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) stale_free);
  gint64 until = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;

  g_atomic_ref_count_init (&scan->references);
  g_mutex_init (&scan->lock);
  g_cond_init (&scan->ended);
  scan->stale = g_ptr_array_new_with_free_func ((GDestroyNotify) stale_free);
  scan->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) wanted_free);
  scan->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  scan->digests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < improvements->len; i++)
    add_manifest (scan, improvements->pdata[i]);
  if (ended && scan->wanted->len > 0 && stat (suture_path (SUTURE_PATH_USR), &scan->merged) == 0
      && stat (suture_path (SUTURE_PATH_BASE), &scan->usr) == 0)
    {
      /* a thread, so that a file that never answers holds up nothing else; the end of the program ends it */
      g_atomic_ref_count_inc (&scan->references);
      g_thread_unref (g_thread_new ("scan", run, scan));
      g_mutex_lock (&scan->lock);
      while (!scan->is_ended && g_cond_wait_until (&scan->ended, &scan->lock, until))
        ;
      ended = scan->is_ended;
      if (!ended)
        g_warning ("looking for running programs took too long; some may be missing");
      while (scan->stale->len > 0)
        g_ptr_array_add (found, g_ptr_array_steal_index (scan->stale, 0));
      g_mutex_unlock (&scan->lock);
    }
  scan_unref (scan);
  if (whole != NULL)
    *whole = ended;
  return found;
}
