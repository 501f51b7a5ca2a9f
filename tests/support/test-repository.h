/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <openssl/evp.h>

#include "feed/source.h"
#include "feed/trust.h"

/* A TUF repository in memory, with keys of its own, that is also a SutureSource. Fields are there to be changed: a test
 * sets what it wants (versions, expiry, keys, thresholds, targets), publishes, and may then spoil the served bytes. */

typedef struct
{
  EVP_PKEY *pkey;   /* (owned) */
  JsonNode *public; /* the object that goes into "keys" (owned) */
  char *id;         /* (owned) */
} TestKey;

/* @type: "ed25519", "ecdsa" or "rsa". */
TestKey *test_key_new (const char *type);
void test_key_free (TestKey *self);
/* A signature in hex. */
char *test_key_sign (TestKey *self, GBytes *bytes);

typedef struct
{
  char *name;
  gint64 version;
  gint64 expires;
  gint64 threshold;
  GPtrArray *keys;         /* TestKey, borrowed from the repository: who signs and is listed */
  char *spec_version;      /* "1.0.31" */
  GHashTable *targets;     /* targets roles: path → GBytes, the content (owned) */
  GHashTable *custom;      /* the same: path → JsonNode (owned) */
  GPtrArray *delegates;    /* targets roles: TestRole, delegated to, in order (owned) */
  GPtrArray *paths;        /* delegated roles: char *, patterns (owned) */
  gboolean terminating;    /* delegated roles */
  gboolean unsigned_by_me; /* publish with no signature at all */
  gboolean ghost;          /* delegated to, but published as another TestRole of the same name: for cycles */
} TestRole;

typedef struct
{
  SutureSource source;   /* first, so that a source is its repository */
  GHashTable *files;     /* metadata as served: name → GBytes */
  GHashTable *targets;   /* targets as served: place → GBytes */
  GPtrArray *requests;   /* char *, every name asked for, targets by place */
  GPtrArray *keys;       /* TestKey, every one ever made (owned) */
  GPtrArray *root_signers; /* TestKey: who signed the root before, and must sign the next (borrowed) */
  gint64 now;            /* what tests call now; roles expire a day later at first */
  gint64 issued;         /* timestamp's "issued"; 0: left out */
  gboolean with_hashes;  /* timestamp and snapshot give length and digests; TRUE at first */
  gboolean consistent;   /* TRUE at first */
  TestRole *root, *timestamp, *snapshot, *top; /* (owned) */
  TestRole *base;        /* delegated to by top: "debian-12-x86-64" with "debian-12-x86-64/?*" */
} TestRepository;

/* A repository whose roles are all at version 1 with an ed25519 key each; published. */
TestRepository *test_repository_new (void);
void test_repository_free (TestRepository *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestRepository, test_repository_free)

/* A new key that the repository owns. */
TestKey *test_repository_key (TestRepository *self, const char *type);
/* Replaces all keys of @role by a new one. */
void test_repository_rotate (TestRepository *self, TestRole *role);
/* A new role that @parent delegates to, with a key of its own and the pattern @pattern. */
TestRole *test_repository_delegate (TestRepository *self, TestRole *parent, const char *name, const char *pattern);
/* Puts a target into @role. */
void test_role_add_target (TestRole *role, const char *path, const char *content);

/* Signs the root as it is now, by its keys and those of the root before, and serves it as VERSION.root.json. */
void test_repository_publish_root (TestRepository *self);
/* Signs and serves all other roles as they are now, and the targets. */
void test_repository_publish (TestRepository *self);
/* One version more of timestamp, snapshot, top and base, then publishes. */
void test_repository_next (TestRepository *self);

/* The served file @name (asserted to be there), and a replacement for it; NULL takes it away. */
GBytes *test_repository_get (TestRepository *self, const char *name);
void test_repository_set (TestRepository *self, const char *name, GBytes *bytes);

/* @body signed by @keys: { "signatures", "signed" }. */
GBytes *test_repository_sign (JsonNode *body, GPtrArray *keys);

/* Writes feeds.d/NAME.conf of an administrator with what @settings says beside [Feed] and an address, and its first root:
 * after test_paths_init (). */
void test_repository_configure (TestRepository *self, const char *name, const char *settings);
