/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "quorum.h"

#include "base/error.h"
#include "base/release.h"
#include "draft.h"
#include "keyring.h"
#include "making.h"
#include "package.h"
#include "repository.h"

typedef struct
{
  SutureDepot *depot;           /* the caller's */
  SutureRepository *repository; /* (owned) */
  SutureKeyring *keyring;       /* (owned) */
} Quorum;

static void
quorum_clear (Quorum *self)
{
  g_clear_pointer (&self->repository, suture_repository_free);
  g_clear_pointer (&self->keyring, suture_keyring_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Quorum, quorum_clear)

char *
suture_quorum_role (const char *base, const char *architecture, GError **error)
{
  g_autofree char *id = NULL;
  g_autofree char *version = NULL;
  SutureRelease release = { .architecture = (char *) suture_package_systemd_name (architecture) };

  if (!suture_making_parse_base (base, &id, &version, error))
    return NULL;
  if (release.architecture == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "\"%s\" is no architecture of Debian's", architecture);
      return NULL;
    }
  release.id = id;
  release.version_id = version;
  return suture_release_role (&release);
}

/* How many of the keys that sign @role are at hand without anybody, and how many have to. */
static gboolean
count (Quorum *self, const char *role, gint64 *at_hand, gint64 *threshold, GError **error)
{
  JsonObject *signers, *keys;
  JsonArray *ids;

  if (!suture_draft_find_signers (suture_repository_latest (self->repository, "root")->envelope->body,
                                  suture_repository_latest (self->repository, "targets")->envelope->body, role, &signers,
                                  &keys, error))
    return FALSE;
  ids = json_object_get_array_member (signers, "keyids");
  *threshold = json_object_get_int_member (signers, "threshold");
  *at_hand = 0;
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      const char *id = json_array_get_string_element (ids, i);

      *at_hand += suture_keyring_place (self->keyring, id) != NULL && !suture_keyring_is_locked (self->keyring, id);
    }
  return TRUE;
}

/* Root and targets say who has to sign, so whoever can sign them in DEPOT/keys can do without a person. */
static gboolean
check_above (Quorum *self, GError **error)
{
  static const char *const above[] = { "root", "targets" };
  gint64 at_hand, threshold;

  for (gsize i = 0; i < G_N_ELEMENTS (above); i++)
    {
      if (!count (self, above[i], &at_hand, &threshold, error))
        return FALSE;
      if (at_hand < threshold)
        continue;
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                   "%s/keys holds what %s is signed with, open to whoever gets in here, who could then change who has to sign: "
                   "move it elsewhere and name it with --keys when it is needed, or replace it by one with a passphrase "
                   "(suture-publish key rotate %s %s --encrypt)",
                   self->depot->path, above[i], self->depot->path, above[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check (Quorum *self, const char *role, GError **error)
{
  gint64 at_hand, threshold;

  if (!count (self, role, &at_hand, &threshold, error))
    {
      g_prefix_error (error, "make the role %s first, with a key here and one that a person keeps elsewhere: ", role);
      return FALSE;
    }
  if (threshold >= 2 && at_hand < threshold)
    return check_above (self, error);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
               "no person would have to sign it: %s needs %" G_GINT64_FORMAT " signatures, and %" G_GINT64_FORMAT
               " of its keys lie open in %s/keys; keep one elsewhere, and set its threshold to 2 or more",
               role, threshold, at_hand, self->depot->path);
  return FALSE;
}

gboolean
suture_quorum_check (SutureDepot *depot, const char *role, GError **error)
{
  const SutureKeyringOptions none = SUTURE_KEYRING_OPTIONS_NONE;
  g_autofree char *keys = suture_depot_path (depot, "keys", NULL);
  g_auto (Quorum) self = { .depot = depot };

  self.keyring = suture_keyring_open (keys, &none, error);
  self.repository = self.keyring != NULL ? suture_repository_open (depot, error) : NULL;
  return self.repository != NULL && check (&self, role, error);
}
