/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Apps as their people know them: by the name in their desktop file. All results are new strings, clean. */

G_BEGIN_DECLS

/* "Files" for "org.gnome.Nautilus.desktop"; where there is no such desktop file, the id without its ending. */
char *suture_app_name (const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* "Files" for "nautilus", the name of a program's file; where no app starts it, that name. Reads all desktop files. */
char *suture_app_name_of_program (const char *program) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
