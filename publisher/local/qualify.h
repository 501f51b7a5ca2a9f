/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "changes.h"
#include "local/obstacle.h"

/* Whether a security update can be an improvement of this computer, or needs all that dpkg does. An improvement brings the
 * bytes of the changed files and nothing else. So an update qualifies only where an installation of the packages would do
 * nothing else that matters: its scripts have had their effect when the installed version came, no configuration changes,
 * nothing is made anew out of what changes, and nothing of it is needed before improvements are there.
 *
 * Each function looks at the upgrades of one component, changes nothing and runs nothing of a package. It returns TRUE
 * where it could tell, with *@obstacle NULL for what qualifies as far as it looks, and FALSE with @error where dpkg's
 * database or a package can't be read. They are called in this order, each as soon as what it needs is there. @dpkg is
 * dpkg's folder, /var/lib/dpkg.
 *
 * Left to the system update although nothing technical forbids it: dpkg and apt. While they run no improvement is merged
 * (suture-step-aside), so that one of dpkg would say that it protects what it does not; and the way by which a computer
 * gets its real updates stays exactly the archive's. */

G_BEGIN_DECLS

typedef struct
{
  const char *name, *architecture; /* of the package, as Debian calls them */
  const char *source;              /* the source package's name */
  const char *old_version, *new_version;
  const char *control; /* a folder with the fixed package's control part, as dpkg-deb -e leaves it; NULL before it is fetched */
} SutureUpgrade;

/* What names tell, before anything is fetched: kernel, boot, and dpkg and apt. NULL for what may qualify; the caller's. */
SutureObstacle *suture_qualify_names (GPtrArray *upgrades) G_GNUC_WARN_UNUSED_RESULT;

/* What the control parts tell: scripts, the names of configuration files, triggers that are declared, a place in the
 * initramfs. */
gboolean suture_qualify_packages (const char *dpkg, GPtrArray *upgrades, SutureObstacle **obstacle, GError **error);

/* What lies outside /usr in @fixed, the tree that all the fixed packages were unpacked to, /etc included (tree.h): the
 * configuration files and all else there have to be those of the installed versions, by the MD5 that dpkg keeps. What a
 * person made of a configuration file does not count, so that only /usr has to be compared with the disk afterwards
 * (suture_changes_find () with @below "/usr"). */
gboolean suture_qualify_outside (
    const char *dpkg, GPtrArray *upgrades, const char *fixed, SutureObstacle **obstacle, GError **error);

/* What @changes, found between the disk and @fixed, mean on this computer: early boot, diversions, triggers of other
 * packages, caches that a script makes, and new libraries that ldconfig would have to find. */
gboolean suture_qualify_changes (const char *dpkg,
                                 GPtrArray *upgrades,
                                 const SutureChanges *changes,
                                 const char *fixed,
                                 SutureObstacle **obstacle,
                                 GError **error);

/* Whether what @changes replace is what the installed packages have put there, by dpkg's lists and MD5, and what they add is in
 * nobody's place. @ground: what lies on the disk (ground.h). A file that a person changed or took away is none that a fix was made
 * for; and on a system without a merged /usr what is fixed would lie where nobody looks. */
gboolean suture_qualify_disk (const char *dpkg,
                              GPtrArray *upgrades,
                              const SutureChanges *changes,
                              const char *ground,
                              SutureObstacle **obstacle,
                              GError **error);

G_END_DECLS
