/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Small trees of files for tests. Everything asserts. */

/* Puts the tests into a user namespace where they are root, unless they are: images belong to root. Before any thread. */
void test_tree_be_root (void);

/* A fresh folder with mode 0755; removed with test_tree_remove (). */
char *test_tree_new (void);
void test_tree_remove (const char *top);

/* Writes the file @path ("/usr/…") below @top with @content and @mode, folders on the way 0755. */
void test_tree_write (const char *top, const char *path, const char *content, guint mode);
/* The same for a link. */
void test_tree_link (const char *top, const char *path, const char *target);
/* Removes one entry. */
void test_tree_unlink (const char *top, const char *path);
/* Opens the folder @path below @top. */
int test_tree_open (const char *top, const char *path);
