/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dependents.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "binary.h"
#include "tree.h"

#define UNITS "/usr/lib/systemd/system/"
#define APPS "/usr/share/applications/"
#define TEXT_MAX (256 * 1024)    /* bytes of a unit or desktop file */
#define INTERPRETER_MAX 256      /* bytes of a script's first line: BINPRM_BUF_SIZE of Linux */
#define INTERPRETERS_MAX 4       /* in a row, as Linux has it */
#define UNIT_PREFIXES "@-:+!|"   /* systemd.service(5), "Special executable prefixes" */

/* One dynamic ELF file. */
typedef struct
{
  char *path;  /* (owned) */
  char *soname; /* or NULL (owned) */
  GPtrArray *needed; /* char * (owned) */
} Node;

typedef struct
{
  GPtrArray *trees;     /* the caller's */
  GPtrArray *nodes;     /* Node (owned) */
  GPtrArray *units, *apps; /* char *: "TREE-NUMBER/usr/…" (owned) */
  GHashTable *paths;    /* a set of what runs replaced bytes (owned) */
  GHashTable *sonames;  /* the same of libraries (owned) */
  SutureFindings *findings; /* the caller's */
} Dependents;

static void
node_free (gpointer data)
{
  Node *self = data;

  g_free (self->path);
  g_free (self->soname);
  g_ptr_array_unref (self->needed);
  g_free (self);
}

static void
dependents_clear (Dependents *self)
{
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->units);
  g_ptr_array_unref (self->apps);
  g_hash_table_unref (self->paths);
  g_hash_table_unref (self->sonames);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Dependents, dependents_clear)

static void
add_node (Dependents *self, const char *tree, const char *path)
{
  g_auto (SutureFd) fd = suture_tree_open (tree, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  g_autoptr (GError) why = NULL;
  SutureBinary *read = NULL;
  g_autoptr (SutureBinary) elf = NULL;
  Node *node;

  if (fd >= 0 && !suture_binary_read (fd, &read, &why))
    suture_findings_warn (self->findings, "%s: %s; it is not known what it needs", path, why->message);
  elf = read;
  if (elf == NULL)
    return;
  node = g_new0 (Node, 1);
  node->path = g_strdup (path);
  node->soname = g_steal_pointer (&elf->soname);
  node->needed = g_ptr_array_ref (elf->needed);
  g_ptr_array_add (self->nodes, node);
}

/* Whether @path is a file right below the folder @folder, and called so. */
static gboolean
is_in (const char *path, const char *folder, const char *suffix)
{
  return g_str_has_prefix (path, folder) && strchr (path + strlen (folder), '/') == NULL && g_str_has_suffix (path, suffix);
}

static gboolean
scan (Dependents *self, guint n, GError **error)
{
  const char *tree = g_ptr_array_index (self->trees, n);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);

  if (!suture_tree_walk_below (tree, "/usr", entries, NULL, error))
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    {
      const char *path = g_ptr_array_index (entries, i);

      if (is_in (path, UNITS, ".service"))
        g_ptr_array_add (self->units, g_strdup_printf ("%u%s", n, path));
      else if (is_in (path, APPS, ".desktop"))
        g_ptr_array_add (self->apps, g_strdup_printf ("%u%s", n, path));
      else
        add_node (self, tree, path);
    }
  return TRUE;
}

static gboolean
needs_replaced (const Dependents *self, const Node *node)
{
  for (guint i = 0; i < node->needed->len; i++)
    if (g_hash_table_contains (self->sonames, g_ptr_array_index (node->needed, i)))
      return TRUE;
  return FALSE;
}

/* @node runs replaced bytes, and so does what needs it. Whether that is new. */
static gboolean
mark (Dependents *self, const Node *node)
{
  g_autofree char *name = g_path_get_basename (node->path);
  gboolean is_new = g_hash_table_add (self->paths, g_strdup (node->path));

  /* ld.so(8) looks for a file of that name; what others call it is its SONAME, if it has one */
  return g_hash_table_add (self->sonames, g_strdup (node->soname != NULL ? node->soname : name)) || is_new;
}

static void
close_over (Dependents *self, const SutureChanges *changes)
{
  gboolean more = TRUE;

  for (guint i = 0; i < changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (changes->files, i);

      if (!change->is_link)
        g_hash_table_add (self->paths, g_strdup (change->path));
    }
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const Node *node = g_ptr_array_index (self->nodes, i);

      if (g_hash_table_contains (self->paths, node->path))
        mark (self, node);
    }
  while (more)
    {
      more = FALSE;
      for (guint i = 0; i < self->nodes->len; i++)
        {
          const Node *node = g_ptr_array_index (self->nodes, i);

          if (needs_replaced (self, node))
            more = mark (self, node) || more;
        }
    }
}

/* Opens @path as programs in @tree would see it; no link leads out of it. -1 where there is none. */
static int
open_inside (const char *tree, const char *path)
{
  g_auto (SutureFd) root = open (tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_autofree char *merged = NULL;

  if (root < 0)
    return -1;
  /* packages may still say /bin; they are unpacked as a system with a merged /usr has them */
  if (!g_str_has_prefix (path, "/usr/"))
    merged = g_strconcat ("usr", path, NULL);
  return suture_file_open_resolved (root, merged != NULL ? merged : path + strlen ("/"),
                                    O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

/* The path in @tree of what @fd is. */
static char *
path_of (int fd, const char *tree)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *real = g_file_read_link (link, NULL);
  g_autofree char *top = realpath (tree, NULL);

  return real != NULL && top != NULL && g_str_has_prefix (real, top) ? g_strdup (real + strlen (top)) : NULL;
}

/* The program that the script @fd is for, or NULL: "#!/usr/bin/python3", "#!/usr/bin/env python3". */
static char *
interpreter_of (int fd)
{
  char line[INTERPRETER_MAX];
  ssize_t n = pread (fd, line, sizeof line - 1, 0);
  g_auto (GStrv) words = NULL;

  if (n < 3 || line[0] != '#' || line[1] != '!')
    return NULL;
  line[n] = '\0';
  line[strcspn (line, "\n")] = '\0';
  words = g_strsplit_set (g_strstrip (line + 2), " \t", 3);
  if (words[0] != NULL && words[1] != NULL && g_str_has_suffix (words[0], "/env"))
    return g_strdup (words[1]);
  return g_strdup (words[0]);
}

static gboolean runs_replaced (const Dependents *self, const char *program, guint depth);

/* Whether the program @path does, which lies in one of the trees. */
static gboolean
file_runs_replaced (const Dependents *self, const char *path, guint depth)
{
  for (guint n = 0; n < self->trees->len; n++)
    {
      const char *tree = g_ptr_array_index (self->trees, n);
      g_auto (SutureFd) fd = open_inside (tree, path);
      g_autofree char *real = fd >= 0 ? path_of (fd, tree) : NULL;
      g_autofree char *interpreter = fd >= 0 ? interpreter_of (fd) : NULL;

      if (real != NULL && g_hash_table_contains (self->paths, real))
        return TRUE;
      if (interpreter != NULL && depth < INTERPRETERS_MAX && runs_replaced (self, interpreter, depth + 1))
        return TRUE;
    }
  return FALSE;
}

/* The same of a program that may be only a name. */
static gboolean
runs_replaced (const Dependents *self, const char *program, guint depth)
{
  static const char *const folders[] = { "/usr/bin", "/usr/sbin", "/usr/games" };

  if (*program == '/')
    return file_runs_replaced (self, program, depth);
  for (gsize i = 0; strchr (program, '/') == NULL && i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folders[i], program, NULL);

      if (file_runs_replaced (self, path, depth))
        return TRUE;
    }
  return FALSE;
}

/* The text of what is named "TREE-NUMBER/usr/…", or NULL. */
static char *
read_text (const Dependents *self, const char *name)
{
  const char *path = strchr (name, '/');
  const char *tree = g_ptr_array_index (self->trees, (guint) g_ascii_strtoull (name, NULL, 10));
  g_auto (SutureFd) fd = suture_tree_open (tree, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  g_autofree char *text = g_malloc0 (TEXT_MAX + 1);

  if (fd < 0 || pread (fd, text, TEXT_MAX, 0) < 0)
    return NULL;
  return g_steal_pointer (&text);
}

/* Whether a unit starts replaced bytes; what it runs beside is gone when it is up. */
static gboolean
unit_runs_replaced (const Dependents *self, const char *text)
{
  g_autoptr (GRegex) folds = g_regex_new ("\\\\\\n", G_REGEX_RAW, 0, NULL);
  g_autofree char *unfolded = g_regex_replace_literal (folds, text, -1, 0, " ", 0, NULL);
  g_auto (GStrv) lines = g_strsplit (unfolded != NULL ? unfolded : "", "\n", -1);
  gboolean runs = FALSE, in_service = FALSE;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      g_auto (GStrv) words = NULL;

      if (*line == '[')
        in_service = g_str_equal (line, "[Service]");
      if (!in_service)
        continue;
      if (g_regex_match_simple ("^Type\\s*=\\s*oneshot\\z", line, G_REGEX_RAW, 0))
        return FALSE;
      if (!g_regex_match_simple ("^ExecStart\\s*=", line, G_REGEX_RAW, 0))
        continue;
      line = g_strstrip (strchr (line, '=') + 1);
      words = g_strsplit_set (line + strspn (line, UNIT_PREFIXES), " \t", 2);
      runs = runs || (words[0] != NULL && *words[0] != '\0' && runs_replaced (self, words[0], 0));
    }
  return runs;
}

static gboolean
app_runs_replaced (const Dependents *self, const char *text)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *type = NULL;
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, NULL))
    return FALSE;
  type = g_key_file_get_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE, NULL);
  line = g_key_file_get_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_EXEC, NULL);
  return g_strcmp0 (type, "Application") == 0 && line != NULL
         && !g_key_file_get_boolean (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_NO_DISPLAY, NULL)
         && !g_key_file_get_boolean (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL)
         && g_shell_parse_argv (line, NULL, &words, NULL) && runs_replaced (self, words[0], 0);
}

static void
add_name (GPtrArray *names, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  /* of templates it is not known who is an instance; other names are not those of a manifest */
  if (g_regex_match_simple ("^[A-Za-z0-9_.:-]+\\z", name, G_REGEX_RAW, 0)
      && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_steal_pointer (&name));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
find (Dependents *self, GPtrArray *candidates, gboolean (*runs) (const Dependents *, const char *), GPtrArray *names)
{
  for (guint i = 0; i < candidates->len; i++)
    {
      g_autofree char *text = read_text (self, g_ptr_array_index (candidates, i));

      if (text != NULL && runs (self, text))
        add_name (names, g_ptr_array_index (candidates, i));
    }
  g_ptr_array_sort (names, compare_names);
}

gboolean
suture_dependents_find (GPtrArray *trees, const SutureChanges *changes, SutureFindings *findings, GError **error)
{
  g_auto (Dependents) self = { .trees = trees,
                               .nodes = g_ptr_array_new_with_free_func (node_free),
                               .units = g_ptr_array_new_with_free_func (g_free),
                               .apps = g_ptr_array_new_with_free_func (g_free),
                               .paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                               .sonames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                               .findings = findings };

  for (guint n = 0; n < trees->len; n++)
    if (!scan (&self, n, error))
      return FALSE;
  close_over (&self, changes);
  find (&self, self.units, unit_runs_replaced, findings->restart);
  find (&self, self.apps, app_runs_replaced, findings->reopen);
  return TRUE;
}
