/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.server.session;

import dev.wings.common.error.WingsException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs what clients hand back, with HMAC-SHA256: `tag (32 bytes) | purpose (1 byte) | content`. Replicas that share
/// the key accept what the others have signed.
public final class Signer {

    /// How long keys are at least: keys shorter than the digest weaken it.
    public static final int KEY_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int TAG_BYTES = 32;
    private static final int HEADER_BYTES = TAG_BYTES + 1;

    private final SecretKeySpec key;

    /// What content is for: content for one purpose is not accepted for another.
    enum Purpose {
        TICKET(1),
        PREPARED(2),
        SESSION(3);

        private final int mark;

        Purpose(int mark) {
            this.mark = mark;
        }
    }

    /// @param key at least [#KEY_BYTES] bytes
    public Signer(byte[] key) {
        if (key.length < KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the signing key is too short: bytes=" + key.length + ", at_least=" + KEY_BYTES);
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    byte[] sign(Purpose purpose, byte[] content) {
        byte[] signed = new byte[HEADER_BYTES + content.length];
        signed[TAG_BYTES] = (byte) purpose.mark;
        System.arraycopy(content, 0, signed, HEADER_BYTES, content.length);
        System.arraycopy(tag(signed), 0, signed, 0, TAG_BYTES);
        return signed;
    }

    /// Returns the content. Fails with INVALID if it was not signed here for this purpose.
    byte[] verify(Purpose purpose, byte[] signed) {
        boolean genuine = signed.length >= HEADER_BYTES
                && signed[TAG_BYTES] == purpose.mark
                && MessageDigest.isEqual(tag(signed), Arrays.copyOf(signed, TAG_BYTES));
        if (!genuine) {
            throw WingsException.invalid("not a " + purpose.name().toLowerCase(Locale.ROOT)
                    + " that this cluster made: it was changed, or the servers' keys differ");
        }
        return Arrays.copyOfRange(signed, HEADER_BYTES, signed.length);
    }

    private byte[] tag(byte[] signed) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(signed, TAG_BYTES, signed.length - TAG_BYTES);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
