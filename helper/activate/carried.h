/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Mounts below a folder, carried over to what is mounted at the folder next. With nothing but the C library, because
 * suture-detach does it, too. */

typedef struct _SutureCarried SutureCarried;

/* Copies of all mounts that are visible below @folder and not at it, to be put back after @folder itself was mounted
 * over or bared. They are private: a shared copy would take the originals' own submounts away with it. NULL with errno. */
SutureCarried *suture_carried_collect (const char *folder) __attribute__ ((warn_unused_result));

/* Puts those back that are no longer to be seen at their places. The mount points must exist there. Returns the place of
 * the first that could not be put back (of @self), with errno; NULL when all are there, and for a @self of NULL. */
const char *suture_carried_restore (SutureCarried *self);

void suture_carried_free (SutureCarried *self);

/* mountinfo's octal escapes (\040 …) undone, in place. For the tests. */
void suture_carried_unescape (char *field);
