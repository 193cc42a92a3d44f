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
package dev.wings.controlplane.paging;

import dev.wings.common.error.WingsException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// Which page of which list is wanted.
///
/// A token names the list and the last item before the page. It is not a secret and protects nothing; it is
/// opaque so that it can change.
///
/// @param list names the list and its filters; a token of one list is refused by another
/// @param limit the most items that the page has
/// @param position the position of the last item before the page; empty for the first page
public record PageRequest(String list, int limit, Optional<List<String>> position) {

    private static final int DEFAULT_SIZE = 100;
    private static final int MAX_SIZE = 1_000;
    static final long PAGE_BYTES = 1 << 20;
    private static final int MAX_TOKEN_LENGTH = 4_096;
    private static final byte VERSION = 1;

    /// Fails with INVALID for a negative size and for a token that is not one of this list.
    ///
    /// @param keyParts how many texts make up a position
    public static PageRequest parse(String list, int keyParts, int pageSize, String pageToken) {
        if (pageSize < 0) {
            throw WingsException.invalid("bad page_size: 0 or more is expected: found=" + pageSize);
        }
        int limit = pageSize == 0 ? DEFAULT_SIZE : Math.min(pageSize, MAX_SIZE);
        return new PageRequest(
                list, limit, pageToken.isEmpty() ? Optional.empty() : Optional.of(position(list, keyParts, pageToken)));
    }

    /// One part of the position, empty for the first page.
    public String after(int part) {
        return position.map(parts -> parts.get(part)).orElse("");
    }

    /// Makes a page of `found`, which was asked for one item more than the limit.
    public <T> ResultPage<T> page(List<T> found, Function<T, List<String>> positionOf) {
        if (found.size() <= limit) {
            return new ResultPage<>(found, "");
        }
        List<T> items = found.subList(0, limit);
        return new ResultPage<>(items, token(positionOf.apply(items.getLast())));
    }

    /// As [#page], for items that are large: the page ends when their answers come to [#PAGE_BYTES], but has at
    /// least one.
    public <T> ResultPage<T> page(List<T> found, Function<T, List<String>> positionOf, ToLongFunction<T> bytesOf) {
        long bytes = 0;
        int taken = 0;
        for (T item : found) {
            bytes += bytesOf.applyAsLong(item);
            if (taken == limit || (taken > 0 && bytes > PAGE_BYTES)) {
                List<T> items = found.subList(0, taken);
                return new ResultPage<>(items, token(positionOf.apply(items.getLast())));
            }
            taken++;
        }
        return new ResultPage<>(found, "");
    }

    /// How many items to ask for.
    public int fetch() {
        return limit + 1;
    }

    private String token(List<String> last) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(list);
            for (String part : last) {
                out.writeUTF(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    private static List<String> position(String list, int keyParts, String token) {
        WingsException invalid = WingsException.invalid("bad page_token: it is not one of this list: list=" + list);
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw invalid;
        }
        try (DataInputStream in = new DataInputStream(
                new ByteArrayInputStream(Base64.getUrlDecoder().decode(token)))) {
            if (in.readByte() != VERSION || !in.readUTF().equals(list)) {
                throw invalid;
            }
            List<String> position = new ArrayList<>();
            for (int i = 0; i < keyParts; i++) {
                position.add(in.readUTF());
            }
            if (in.read() >= 0) {
                throw invalid;
            }
            return List.copyOf(position);
        } catch (IOException | IllegalArgumentException e) {
            throw invalid;
        }
    }
}
