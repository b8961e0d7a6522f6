/* privacy/invitation.c */
#include "privacy/invitation.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#define ORGANISATION_MAX 64
#define HEX(bytes) (2 * sizeof(bytes) + 1)

/* Writes the signed part: everything but the signature. */
static size_t write_unsigned(char out[INVITATION_BYTES], const char *organisation,
                             const public_keys *store) {
  char sign[HEX(store->sign)], box[HEX(store->box)];
  bpi_hex(store->sign, sizeof store->sign, sign);
  bpi_hex(store->box, sizeof store->box, box);
  return (size_t)snprintf(out, INVITATION_BYTES,
                          "{\"blueplane.invitation\":1,\"organisation\":\"%s\",\"store\":\"%s\","
                          "\"box\":\"%s\"",
                          organisation, sign, box);
}

size_t bpi_invitation_write(char out[INVITATION_BYTES], const char *organisation,
                            const sign_keys *store) {
  unsigned char signature[BPI_SIGNATURE_BYTES];
  char hex[HEX(signature)];
  size_t length = write_unsigned(out, organisation, &store->open);
  bpi_sign(signature, store, out, length);
  bpi_hex(signature, sizeof signature, hex);
  return length +
         (size_t)snprintf(out + length, INVITATION_BYTES - length, ",\"signature\":\"%s\"}", hex);
}

static bool is_organisation(const char *text) {
  size_t length = text == NULL ? 0 : strlen(text);
  return length > 0 && length <= ORGANISATION_MAX &&
         strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

static bool read_hex(json_value root, const char *member, unsigned char *out, size_t bytes) {
  const char *text = bpi_json_text(bpi_json_get(root, member));
  return text != NULL && strlen(text) == bytes * 2 && bpi_unhex(text, bytes * 2, out);
}

int bpi_invitation_read(public_keys *store, const char *json, size_t length, bp_error **error) {
  json_doc *doc = NULL;
  int rc = bpi_json_parse(&doc, json, length, error);
  if (rc == BP_ERR_FORMAT) bpi_fail_detail(error, "reason", "malformed");
  if (rc == BP_ERR_LIMIT) bpi_fail_detail(error, "reason", "too_large");
  if (rc != BP_OK) return rc;
  json_value root = bpi_json_root(doc);
  unsigned char signature[BPI_SIGNATURE_BYTES];
  char text[INVITATION_BYTES];
  int64_t version = 0;
  const char *organisation = bpi_json_text(bpi_json_get(root, "organisation"));
  bool good = bpi_json_is_object(root) && bpi_json_size(root) == 5 &&
              bpi_json_int(bpi_json_get(root, "blueplane.invitation"), &version) && version == 1 &&
              is_organisation(organisation) &&
              read_hex(root, "store", store->sign, sizeof store->sign) &&
              read_hex(root, "box", store->box, sizeof store->box) &&
              read_hex(root, "signature", signature, sizeof signature);
  size_t signed_bytes = good ? write_unsigned(text, organisation, store) : 0;
  bpi_json_free(doc);
  if (!good) {
    bpi_json_refuse(error, "an invitation",
                    "{\"blueplane.invitation\":1} with organisation, store, box and signature");
    return bpi_fail_detail(error, "reason", "malformed");
  }
  if (bpi_sign_verify(signature, store->sign, text, signed_bytes)) return BP_OK;
  return bpi_refuse(error, BP_ERR_DENIED, "signature",
                    "the invitation is not signed by the store it names");
}
