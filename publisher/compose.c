/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compose.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "run.h"

/* Any constant does: an image is known by its digest, and its file system's UUID is read by nobody. */
#define UUID "1d7b2f5c-7a0a-4c0e-9f34-5d2a6c1e8b40"

gboolean
suture_compose_image (const char *tree, const char *image, GError **error)
{
  const char *const argv[]
      = { "mkfs.erofs", "--quiet", "-T0", "--all-root", "-x-1", "-U" UUID, image, tree, NULL };
  g_autofree char *output = suture_run (argv, error);

  return output != NULL;
}

char *
suture_compose_root_hash (const char *image, const char *work, const char *salt, GError **error)
{
  g_autofree char *hashes = g_build_filename (work, "verity", NULL);
  g_autofree char *salt_option = g_strconcat ("--salt=", salt, NULL);
  const char *const argv[] = { "veritysetup", "format", "--format=1", "--hash=sha256", "--data-block-size=4096",
                               "--hash-block-size=4096", "--no-superblock", salt_option, image, hashes, NULL };
  g_autofree char *output = suture_run (argv, error);
  g_autoptr (GRegex) regex = g_regex_new ("^Root hash:\\s+([0-9a-f]{64})$", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  (void) g_unlink (hashes);
  if (output == NULL)
    return NULL;
  if (!g_regex_match (regex, output, 0, &match))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "veritysetup printed no root hash");
      return NULL;
    }
  return g_match_info_fetch (match, 1);
}

static gboolean
extract (const char *image, const char *tree, const char *owner, GError **error)
{
  g_autofree char *option = g_strconcat ("--extract=", tree, NULL);
  const char *const argv[] = { "fsck.erofs", option, "--overwrite", owner, "--preserve-perms", image, NULL };
  g_autofree char *output = suture_run (argv, error);

  return output != NULL;
}

gboolean
suture_compose_unpack (const char *image, const char *tree, GError **error)
{
  /* fsck.erofs gives files away after it set their modes, which takes setuid off again: the second time over what is there
   * already it sets modes only (and makes links anew, whose owner means nothing) */
  return extract (image, tree, "--preserve-owner", error) && extract (image, tree, "--no-preserve-owner", error);
}
