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
package dev.wings.ingestor.folio;

import dev.wings.common.error.GrpcErrors;
import dev.wings.common.folio.FolioWriter;
import dev.wings.common.folio.PageBuilder;
import dev.wings.common.folio.PageKey;
import dev.wings.common.folio.SealedFolio;
import dev.wings.common.proto.BatchResult;
import dev.wings.common.proto.CommitFolioResponse;
import dev.wings.common.proto.PageResult;
import dev.wings.common.proto.ProducerBatch;
import dev.wings.common.proto.ProducerResult;
import dev.wings.ingestor.batch.PageLayout;
import dev.wings.ingestor.batch.PartitionBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which page of a folio each batch is in. There is a page for each partition and layout, with its batches in
/// the order in which they were submitted.
///
/// Batches of one partition with different layouts are in different pages. A stream changes its layout only for
/// a newer version of the schema, so pages of a partition ordered by version keep the stream's batches in the
/// order sent (I2).
final class FolioPlan {

    private final List<Submission> submissions;
    private final SealedFolio folio;
    private final IdentityHashMap<PageBuilder, List<Place>> places;

    private FolioPlan(
            List<Submission> submissions, SealedFolio folio, IdentityHashMap<PageBuilder, List<Place>> places) {
        this.submissions = submissions;
        this.folio = folio;
        this.places = places;
    }

    static FolioPlan of(UUID folioId, String namespaceUid, List<Submission> submissions) {
        Map<PartitionLayout, PageBuilder> pages = new LinkedHashMap<>();
        IdentityHashMap<PageBuilder, List<Place>> places = new IdentityHashMap<>();
        for (int i = 0; i < submissions.size(); i++) {
            Submission submission = submissions.get(i);
            List<Submission.Placed> batches = submission.placed();
            for (int j = 0; j < batches.size(); j++) {
                Submission.Placed placed = batches.get(j);
                PartitionBatch batch = placed.batch();
                PageBuilder page = pages.computeIfAbsent(
                        new PartitionLayout(placed.topicUid(), batch.partitionValue(), batch.layout()),
                        PartitionLayout::openPage);
                page.add(
                        batch.header(),
                        batch.body(),
                        placed.requestedTimestampMicros(),
                        placed.withTopicUid(),
                        batch.bounds());
                places.computeIfAbsent(page, ignored -> new ArrayList<>()).add(new Place(i, j));
            }
        }
        // The sort is stable, and so is the writer's by topic and partition.
        List<PageBuilder> ordered = pages.values().stream()
                .sorted(Comparator.comparingInt(page -> page.key().schemaVersion()))
                .toList();
        return new FolioPlan(submissions, FolioWriter.seal(folioId, namespaceUid, ordered), places);
    }

    SealedFolio folio() {
        return folio;
    }

    /// Those messages that are numbered, in the order in which they were submitted.
    @SuppressWarnings("CollectionIncompatibleType") // an identity map needs no equals
    List<ProducerBatch> numbered() {
        Map<Integer, ProducerBatch.Builder> bySubmission = new TreeMap<>();
        for (int i = 0; i < submissions.size(); i++) {
            Submission submission = submissions.get(i);
            if (submission.number().isPresent()) {
                ProducerBatch.Builder batch =
                        submission.number().get().toProto(submission.topic().uid());
                submission.rejection().ifPresent(reason -> batch.setRejection(GrpcErrors.toRejection(reason)));
                bySubmission.put(i, batch);
            }
        }
        for (int page = 0; page < folio.pages().size() && !bySubmission.isEmpty(); page++) {
            List<Place> placesOfPage =
                    Objects.requireNonNull(places.get(folio.pages().get(page).builder()));
            for (int batch = 0; batch < placesOfPage.size(); batch++) {
                ProducerBatch.@Nullable Builder numbered = bySubmission.get(placesOfPage.get(batch).submission);
                if (numbered != null) {
                    numbered.addPartPages(page).addPartBatches(batch);
                }
            }
        }
        return bySubmission.values().stream().map(ProducerBatch.Builder::build).toList();
    }

    /// Sorts the results of numbered messages back to the submissions: for each submission its own, if it is
    /// numbered.
    List<Optional<ProducerResult>> distributeNumbered(CommitFolioResponse response) {
        Iterator<ProducerResult> results = response.getProducerResultsList().iterator();
        List<Optional<ProducerResult>> bySubmission = new ArrayList<>();
        int numbered = 0;
        for (Submission submission : submissions) {
            boolean isNumbered = submission.number().isPresent();
            bySubmission.add(isNumbered && results.hasNext() ? Optional.of(results.next()) : Optional.empty());
            numbered += isNumbered ? 1 : 0;
        }
        checkCount("numbered batches", response.getProducerResultsCount(), numbered);
        return bySubmission;
    }

    /// Sorts the results of a commit back to the submissions: for each submission the results of its batches,
    /// in their order.
    @SuppressWarnings("CollectionIncompatibleType") // an identity map needs no equals
    List<List<BatchResult>> distribute(CommitFolioResponse response) {
        checkCount("pages", response.getPagesCount(), folio.pages().size());
        List<BatchResult[]> results = new ArrayList<>();
        for (Submission submission : submissions) {
            results.add(new BatchResult[submission.placed().size()]);
        }
        for (int i = 0; i < folio.pages().size(); i++) {
            PageBuilder builder = folio.pages().get(i).builder();
            List<Place> placesOfPage = Objects.requireNonNull(places.get(builder));
            PageResult page = response.getPages(i);
            checkCount("batches", page.getBatchesCount(), placesOfPage.size());
            for (int j = 0; j < placesOfPage.size(); j++) {
                Place place = placesOfPage.get(j);
                results.get(place.submission)[place.batch] = page.getBatches(j);
            }
        }
        return results.stream().map(List::of).toList();
    }

    private static void checkCount(String what, int found, int expected) {
        if (found != expected) {
            throw new IllegalStateException("a commit must answer all " + what + " that it was asked for: found="
                    + found + ", expected=" + expected);
        }
    }

    private record PartitionLayout(String topicUid, String partitionValue, PageLayout layout) {

        PageBuilder openPage() {
            return new PageBuilder(
                    new PageKey(topicUid, partitionValue, layout.schemaVersion()),
                    layout.schemaMessage().toByteArray());
        }
    }

    /// Batch `batch` of submission `submission` of the folio.
    private record Place(int submission, int batch) {}
}
