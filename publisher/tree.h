/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Folders full of files: what packages unpack to, and what images are made of. */

G_BEGIN_DECLS

/* A fresh folder below @parent, and removal of a whole one (no error: what is left is only rubbish). */
char *suture_tree_make (const char *parent, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_tree_remove (const char *path);

/* Puts what lies in @tree's /bin, /sbin, /lib… below its /usr, where a system with a merged /usr has it. */
gboolean suture_tree_merge_usr (const char *tree, GError **error);

/* Copies the entry @path ("/usr/…", a file or a link) of the tree @from to the tree @to, with its mode; folders on the way
 * are made with the modes that @like has for them, or else 0755. */
gboolean suture_tree_copy (const char *from, const char *to, const char *like, const char *path, GError **error);

/* The same with @text as a file of mode 0644. */
gboolean suture_tree_write (const char *to, const char *like, const char *path, const char *text, GError **error);

/* Makes the folders above @path in the tree @to. */
gboolean suture_tree_make_parents (const char *to, const char *like, const char *path, GError **error);

/* Every entry below @tree that is no folder ("/usr/…" → its type is looked up by the caller), sorted by bytes; links are
 * not followed. @folders (optional): the folders, too. */
gboolean suture_tree_walk (const char *tree, GPtrArray *entries, GPtrArray *folders, GError **error);

G_END_DECLS
