/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What is different between the unpacked old packages of every known base and the unpacked fixed ones, and whether that
 * can be an improvement at all. */

G_BEGIN_DECLS

typedef struct
{
  char *path;      /* "/usr/…" (owned) */
  gboolean is_link;
  guint mode;      /* permission bits; 0 for a link */
  guint64 size;    /* bytes; 0 for a link */
  char *content;   /* SHA-256 or the link's target (owned) */
  GPtrArray *old;  /* char * per base, or NULL where it is not there (owned) */
} SutureChange;

typedef struct
{
  char *path;        /* (owned) */
  GPtrArray *sha256; /* char * (owned) */
} SutureObsolete;

typedef struct
{
  GPtrArray *files;     /* SutureChange, sorted by path as bytes (owned) */
  GPtrArray *obsoletes; /* SutureObsolete, sorted (owned) */
} SutureChanges;

/* Compares what lies below the folders @below ("/usr", or "" for all) in the trees @bases (char *, one a known base) with
 * that in the tree @fixed; what ldconfig(8) keeps in /etc is passed over. Fails with a sentence for what an
 * improvement can't do: other files or new folders outside /usr, denied paths, what does not belong to root, modes, owners
 * or types that change, more or larger files than an image may have, nothing that changes. */
SutureChanges *suture_changes_find (GPtrArray *bases,
                                    const char *fixed,
                                    const char *const *below,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @path is documentation, which is no part of an improvement. */
gboolean suture_changes_is_left_out (const char *path);

/* Whether what changes is the same in the bases @a and @b. */
gboolean suture_changes_same_base (const SutureChanges *self, guint a, guint b);

/* Forgets the base @base. */
void suture_changes_drop_base (SutureChanges *self, guint base);

void suture_changes_free (SutureChanges *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureChanges, suture_changes_free)

G_END_DECLS
