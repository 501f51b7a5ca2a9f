/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "abi.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "binary.h"
#include "run.h"
#include "tree.h"

#define NAMED_MAX 5 /* of what is gone; the number says the rest */
#define LINKS_MAX 8 /* in a row; libraries have one or two */

/* abidiff(1), return values: bits */
#define ABIDIFF_SECONDS 300 /* that one library may take; most take less than one */
#define ABIDIFF_ERROR 1
#define ABIDIFF_CHANGE 4
#define ABIDIFF_INCOMPATIBLE 8

typedef struct
{
  const char *base, *fixed;     /* trees */
  const SutureChanges *changes; /* the caller's, as what follows */
  SutureFindings *findings;
} Comparison;

/* The dynamic ELF file at @path of @tree; NULL where there is none. A broken one is told, and counts as none. */
static SutureBinary *
read_elf (const Comparison *self, const char *tree, const char *path)
{
  g_auto (SutureFd) fd = suture_tree_open (tree, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  g_autoptr (GError) why = NULL;
  SutureBinary *elf = NULL;

  if (fd >= 0 && !suture_binary_read (fd, &elf, &why))
    suture_findings_warn (self->findings, "%s: %s; nothing of its ABI is compared", path, why->message);
  return elf;
}

/* The same, where @path may be a link to another name in the same folder, as libraries have them. @at: the path in the
 * end. */
static SutureBinary *
follow_elf (const Comparison *self, const char *tree, const char *path, char **at)
{
  g_autofree char *current = g_strdup (path);

  for (guint n = 0; n < LINKS_MAX; n++)
    {
      g_auto (SutureFd) handle = suture_tree_open (tree, current, O_PATH | O_NOFOLLOW);
      g_autofree char *target = NULL;
      g_autofree char *folder = g_path_get_dirname (current);
      struct stat status;

      if (handle < 0 || fstat (handle, &status) < 0)
        return NULL;
      if (!S_ISLNK (status.st_mode))
        {
          *at = g_strdup (current);
          return read_elf (self, tree, current);
        }
      target = suture_tree_read_link (handle, current, NULL);
      if (target == NULL || strchr (target, '/') != NULL)
        return NULL;
      g_free (current);
      current = g_build_filename (folder, target, NULL);
    }
  return NULL;
}

/* "libdemo" of "libdemo.so.1" */
static char *
stem_of (const char *soname)
{
  const char *so = g_strstr_len (soname, -1, ".so");

  return so != NULL ? g_strndup (soname, (gsize) (so - soname)) : g_strdup (soname);
}

static gboolean
same_stem (const char *a, const char *b)
{
  g_autofree char *first = stem_of (a);
  g_autofree char *second = stem_of (b);

  return g_str_equal (first, second);
}

/* A library among what changes in @folder: called @soname, or, @by_stem, another version of it. */
static SutureBinary *
find_changed (const Comparison *self, const char *folder, const char *soname, gboolean by_stem, char **at)
{
  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);
      g_autofree char *own = g_path_get_dirname (change->path);
      g_autoptr (SutureBinary) elf = NULL;

      if (change->is_link || !g_str_equal (own, folder))
        continue;
      elf = read_elf (self, self->fixed, change->path);
      if (elf == NULL || elf->soname == NULL
          || !(by_stem ? same_stem (elf->soname, soname) : g_str_equal (elf->soname, soname)))
        continue;
      *at = g_strdup (change->path);
      return g_steal_pointer (&elf);
    }
  return NULL;
}

/* What programs that need @soname will get: the file of that name in @folder, or else whatever ldconfig(8) will give that
 * name. NULL: nothing of the fixed files. */
static SutureBinary *
find_provider (const Comparison *self, const char *folder, const char *soname, char **at)
{
  g_autofree char *named = g_build_filename (folder, soname, NULL);
  g_autoptr (SutureBinary) elf = follow_elf (self, self->fixed, named, at);

  if (elf != NULL && g_strcmp0 (elf->soname, soname) == 0)
    return g_steal_pointer (&elf);
  g_clear_pointer (at, g_free);
  return find_changed (self, folder, soname, FALSE, at);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/* What of @old is not in @new: *@n of them, the first few in words. */
static char *
list_gone (GHashTable *old, GHashTable *new, GHashTable *plain, guint *n)
{
  g_autoptr (GList) sorted = g_list_sort (g_hash_table_get_keys (old), compare_names);
  GString *names = g_string_new (NULL);

  *n = 0;
  for (GList *at = sorted; at != NULL; at = at->next)
    {
      /* what was linked without a version takes any */
      if (g_hash_table_contains (new, at->data)
          || (plain != NULL && strchr (at->data, '@') == NULL && g_hash_table_contains (plain, at->data)))
        continue;
      if (*n < NAMED_MAX)
        g_string_append_printf (names, "%s%s", *n > 0 ? ", " : "", (char *) at->data);
      (*n)++;
    }
  if (*n > NAMED_MAX)
    g_string_append (names, " …");
  return g_string_free (names, FALSE);
}

static void
compare_symbols (const Comparison *self, const char *path, const SutureBinary *old, const SutureBinary *new)
{
  guint symbols = 0, versions = 0;
  g_autofree char *gone = list_gone (old->symbols, new->symbols, new->plain, &symbols);
  g_autofree char *unversioned = list_gone (old->versions, new->versions, NULL, &versions);

  if (symbols > 0)
    suture_findings_warn (self->findings, "the ABI of %s shrinks: %u %s gone, and what needs one of them breaks: %s", path,
                        symbols, symbols == 1 ? "symbol is" : "symbols are", gone);
  if (versions > 0)
    suture_findings_warn (self->findings, "the ABI of %s shrinks: %u %s gone, and what was linked with one does not start: %s",
                        path, versions, versions == 1 ? "symbol version is" : "symbol versions are", unversioned);
}

/* The lines in which abidiff sums up what it found, in one; what is only more than before breaks nobody. */
static char *
summary_of (const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_regex_match_simple ("summary: .*\\b[1-9][0-9]* (Removed|Changed)", lines[i], G_REGEX_RAW, 0))
      g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", g_strstrip (lines[i]));
  return g_string_free (text, FALSE);
}

/* With libabigail types are compared, too, where there is debug information. It is no part of what is needed. */
static void
compare_deeper (const Comparison *self, const char *old_path, const char *new_path)
{
  g_autofree char *program = g_find_program_in_path ("abidiff");
  g_autofree char *old = g_strconcat (self->base, old_path, NULL);
  g_autofree char *new = g_strconcat (self->fixed, new_path, NULL);
  const char *const argv[] = { "abidiff", old, new, NULL };
  g_autofree char *output = NULL;
  g_autofree char *summary = NULL;
  g_autoptr (GError) why = NULL;
  int status = 0;

  if (program == NULL)
    return;
  output = suture_run_status (argv, ABIDIFF_SECONDS, &status, &why);
  if (output == NULL || (status & ABIDIFF_ERROR) != 0)
    {
      suture_findings_warn (self->findings, "abidiff could not compare the types of %s, look at them yourself: %s", new_path,
                          why != NULL ? why->message : "it failed");
      return;
    }
  summary = summary_of (output);
  if ((status & ABIDIFF_INCOMPATIBLE) != 0)
    suture_findings_warn (self->findings, "abidiff finds an incompatible change of %s: %s", new_path, summary);
  else if ((status & ABIDIFF_CHANGE) != 0 && *summary != '\0')
    suture_findings_warn (self->findings, "abidiff finds a change of %s: %s", new_path, summary);
}

static gboolean
refuse (const char *path, const char *old, const char *new, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_APPLICABLE,
               "this can't be an improvement: the SONAME %s of %s becomes %s, and what is linked with the old one would "
               "not find it, or go on unfixed; keep a library called %s, or ship the change with a system update",
               old, path, new, old);
  return FALSE;
}

/* What has to be said about the old library at @path. @stays: it is in the fixed tree, too. */
static gboolean
check_library (const Comparison *self, const char *path, gboolean stays, GError **error)
{
  g_autoptr (SutureBinary) old = read_elf (self, self->base, path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *at = NULL;
  g_autoptr (SutureBinary) new = NULL;

  if (old == NULL || old->soname == NULL)
    return TRUE;
  if (strchr (old->soname, '/') == NULL)
    new = find_provider (self, folder, old->soname, &at);
  if (new != NULL)
    {
      compare_symbols (self, path, old, new);
      compare_deeper (self, path, at);
      return TRUE;
    }
  new = find_changed (self, folder, old->soname, TRUE, &at);
  if (new == NULL && stays)
    new = read_elf (self, self->fixed, path);
  if (new != NULL || stays)
    return refuse (path, old->soname, new != NULL && new->soname != NULL ? new->soname : "none", error);
  suture_findings_warn (self->findings, "the library %s is gone: what needs %s goes on with the old bytes, unfixed", path,
                      old->soname);
  return TRUE;
}

static gboolean
check_base (const Comparison *self, guint base, GError **error)
{
  for (guint i = 0; i < self->changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (self->changes->files, i);
      const char *old = g_ptr_array_index (change->old, base);

      if (!change->is_link && old != NULL && !g_str_equal (old, change->content)
          && !check_library (self, change->path, TRUE, error))
        return FALSE;
    }
  for (guint i = 0; i < self->changes->obsoletes->len; i++)
    {
      const SutureObsolete *obsolete = g_ptr_array_index (self->changes->obsoletes, i);

      if (!check_library (self, obsolete->path, FALSE, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
suture_abi_check (
    GPtrArray *bases, const char *fixed, const SutureChanges *changes, SutureFindings *findings, GError **error)
{
  for (guint b = 0; b < bases->len; b++)
    {
      const Comparison comparison = { g_ptr_array_index (bases, b), fixed, changes, findings };

      if (!check_base (&comparison, b, error))
        return FALSE;
    }
  return TRUE;
}
