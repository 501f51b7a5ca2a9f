/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Folders full of files: what packages unpack to, and what images are made of. */

G_BEGIN_DECLS

/* A fresh folder below @parent, and removal of a whole one (no error: what is left is only rubbish). */
char *suture_tree_make (const char *parent, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_tree_remove (const char *path);

/* Moves all that lies in the folder @from into the tree @to, and what lies in its /bin, /sbin, /lib… below /usr, where a
 * system with a merged /usr has it. A folder that is in both keeps the mode that it has in @to; anything else that is in
 * both is refused, and so is a link where the other has a folder. */
gboolean suture_tree_merge (const char *from, const char *to, GError **error);

/* Opens @path ("/usr/…") of @tree with the open(2) flags @flags; a link is not followed, wherever in the path it stands.
 * -1 with errno. */
int suture_tree_open (const char *tree, const char *path, int flags);

/* The target of the link that @handle was opened on with O_PATH; @path is what errors call it. The caller's. */
char *suture_tree_read_link (int handle, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Copies the entry @path ("/usr/…", a file or a link) of the tree @from to the tree @to, with its mode; folders on the way
 * are made with the modes that @like has for them, or else 0755. */
gboolean suture_tree_copy (const char *from, const char *to, const char *like, const char *path, GError **error);

/* The same with @text as a file of mode 0644. */
gboolean suture_tree_write (const char *to, const char *like, const char *path, const char *text, GError **error);

/* Makes the folders above @path in the tree @to. */
gboolean suture_tree_make_parents (const char *to, const char *like, const char *path, GError **error);

/* Writes to disk what was put into @tree, and all else of its file system. */
gboolean suture_tree_sync (const char *tree, GError **error);

/* The files and links below @tree ("/usr/…"), sorted by bytes; links are not followed. @folders (optional): the folders,
 * too. Anything else is refused. */
gboolean suture_tree_walk (const char *tree, GPtrArray *entries, GPtrArray *folders, GError **error);

/* The same of what lies below the folder @below ("/usr") of it; none where there is no such folder. */
gboolean suture_tree_walk_below (
    const char *tree, const char *below, GPtrArray *entries, GPtrArray *folders, GError **error);

G_END_DECLS
