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
package dev.wings.integration.simulation;

import dev.wings.controlplane.garbage.GarbageId;
import dev.wings.controlplane.garbage.GarbageStore;
import dev.wings.controlplane.log.CommitDecision;
import dev.wings.controlplane.log.CommitDecision.CommittedFolio;
import dev.wings.controlplane.log.CommitState;
import dev.wings.controlplane.log.FolioCommit;
import dev.wings.controlplane.log.LogMetadataStore;
import dev.wings.controlplane.log.LogMetadataStore.CommitScope;
import dev.wings.controlplane.log.LogPage;
import dev.wings.controlplane.log.PlanSink;
import dev.wings.controlplane.log.TopicScan;
import dev.wings.controlplane.state.Stores;
import dev.wings.controlplane.task.TableCommit;
import dev.wings.controlplane.task.TableCommitDecision;
import dev.wings.controlplane.task.TableCommitState;
import dev.wings.controlplane.task.TableCommitState.TablePointer;
import dev.wings.controlplane.task.TaskStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/// The stores of a control plane that does something wrong.
final class FlawedStores {

    private static final Duration BETWEEN_TOPICS = Duration.ofSeconds(3);

    private final Simulation simulation;
    private final SimulatedProcess process;
    private final Stores stores;
    private final Map<List<TopicScan>, RecordedPlan> plans = new HashMap<>();

    private FlawedStores(Simulation simulation, SimulatedProcess process, Stores stores) {
        this.simulation = simulation;
        this.process = process;
        this.stores = stores;
    }

    static Stores of(Flaw flaw, Simulation simulation, SimulatedProcess process, Stores stores) {
        return new FlawedStores(simulation, process, stores).with(flaw);
    }

    private Stores with(Flaw flaw) {
        return switch (flaw) {
            case STALE_PLANS -> withLog("plan", this::planLate);
            case TORN_PLANS -> withLog("plan", this::planApart);
            case FORGETFUL_COMMITS -> withLog("commit", this::commitAnew);
            case BLIND_COMMITS ->
                with(
                        stores.log(),
                        instead(TaskStore.class, stores.tasks(), "commitTable", this::commitBlindly),
                        stores.garbage());
            case HASTY_COLLECTION ->
                withGarbage(instead(
                        GarbageStore.class,
                        instead(GarbageStore.class, stores.garbage(), "remove", this::removeEarly),
                        "findDue",
                        this::findEarly));
            case IDLE_COLLECTION ->
                withGarbage(instead(GarbageStore.class, stores.garbage(), "findDue", arguments -> List.of()));
            case NONE, FORGETFUL_STORE, FORGETFUL_DATABASE, SLOPPY_SEGMENTS -> stores;
        };
    }

    private Stores withLog(String method, Function<Object[], Object> flawed) {
        return with(instead(LogMetadataStore.class, stores.log(), method, flawed), stores.tasks(), stores.garbage());
    }

    private Stores withGarbage(GarbageStore garbage) {
        return with(stores.log(), stores.tasks(), garbage);
    }

    private Stores with(LogMetadataStore log, TaskStore tasks, GarbageStore garbage) {
        return new Stores(
                stores.cluster(),
                log,
                stores.lake(),
                tasks,
                garbage,
                stores.announcements(),
                stores.time(),
                stores.problem(),
                stores.connection());
    }

    /// Returns `store` with another implementation of one of its methods.
    private static <T> T instead(Class<T> type, T store, String method, Function<Object[], Object> flawed) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                    if (called.getName().equals(method)) {
                        return flawed.apply(arguments);
                    }
                    return RemoteStores.invoke(store, called, arguments);
                }));
    }

    /// Keeps a plan, so that it can be told once more.
    private static final class RecordedPlan implements PlanSink {
        private List<TopicSnapshot> topics = List.of();
        private final List<Consumer<PlanSink>> pages = new ArrayList<>();

        @Override
        public void topics(List<TopicSnapshot> snapshots) {
            topics = snapshots;
        }

        @Override
        public void pages(int scanIndex, List<PlannedPage> planned) {
            pages.add(sink -> sink.pages(scanIndex, planned));
        }
    }

    @SuppressWarnings("unchecked")
    private Object planLate(Object[] arguments) {
        List<TopicScan> scans = (List<TopicScan>) arguments[0];
        PlanSink sink = (PlanSink) arguments[1];
        RecordedPlan plan = plans.get(scans);
        if (plan == null || simulation.chance(0.7)) {
            plan = new RecordedPlan();
            stores.log().plan(scans, plan);
            plans.put(scans, plan);
        }
        sink.topics(plan.topics);
        plan.pages.forEach(pages -> pages.accept(sink));
        return arguments;
    }

    @SuppressWarnings("unchecked")
    private Object planApart(Object[] arguments) {
        List<PlanSink.TopicSnapshot> topics = new ArrayList<>();
        PlanSink sink = (PlanSink) arguments[1];
        List<Runnable> pages = new ArrayList<>();
        for (TopicScan scan : (List<TopicScan>) arguments[0]) {
            int index = topics.size();
            stores.log().plan(List.of(scan), new PlanSink() {
                @Override
                public void topics(List<TopicSnapshot> snapshots) {
                    topics.addAll(snapshots);
                }

                @Override
                public void pages(int scanIndex, List<PlannedPage> planned) {
                    pages.add(() -> sink.pages(index, planned));
                }
            });
            try {
                process.world().scheduler().sleep(simulation.upTo(BETWEEN_TOPICS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        sink.topics(topics);
        pages.forEach(Runnable::run);
        return arguments;
    }

    @SuppressWarnings("unchecked")
    private Object commitAnew(Object[] arguments) {
        Function<CommitState, CommitDecision> rule = (Function<CommitState, CommitDecision>) arguments[1];
        return stores.log().commit((CommitScope) arguments[0], state -> {
            CommitDecision decision = rule.apply(new CommitState(
                    state.objectPrefix(),
                    state.lastCommitNumber(),
                    Map.of(),
                    state.topics(),
                    state.partitions(),
                    state.producers(),
                    state.producerEpochs()));
            List<CommittedFolio> folios = decision.folios().stream()
                    .map(folio -> state.folios().containsKey(folio.folio().folioId()) ? another(folio) : folio)
                    .toList();
            return new CommitDecision(
                    decision.time(),
                    decision.lastCommitNumber(),
                    folios,
                    decision.partitions(),
                    decision.producers(),
                    decision.outcomes());
        });
    }

    private CommittedFolio another(CommittedFolio folio) {
        UUID id = process.world().ids().next();
        List<LogPage> pages = folio.pages().stream()
                .map(page -> new LogPage(
                        page.partition(),
                        page.startOffset(),
                        page.endOffset(),
                        id,
                        page.byteOffset(),
                        page.byteLength(),
                        page.crc32c(),
                        page.schemaVersion(),
                        page.batches()))
                .toList();
        FolioCommit commit = folio.folio();
        return new CommittedFolio(
                new FolioCommit(id, commit.objectKey(), commit.objectBytes(), commit.pages(), commit.producerBatches()),
                folio.answer(),
                pages);
    }

    @SuppressWarnings("unchecked")
    private Object commitBlindly(Object[] arguments) {
        TableCommit commit = (TableCommit) arguments[0];
        Function<TableCommitState, TableCommitDecision> rule =
                (Function<TableCommitState, TableCommitDecision>) arguments[1];
        return stores.tasks().commitTable(commit, state -> {
            TablePointer table = state.table();
            if (state.known() != null || table == null) {
                return rule.apply(state);
            }
            Instant now = simulation.now();
            return new TableCommitDecision.Apply(
                    new TablePointer(table.tableUuid(), commit.metadataLocation(), table.version() + 1),
                    false,
                    commit.moves(),
                    commit.obsoleteLocations(),
                    now,
                    now.plus(SimulatedCluster.GRACE));
        });
    }

    private Object findEarly(Object[] arguments) {
        Instant later = ((Instant) arguments[1]).plus(SimulatedCluster.GRACE);
        return stores.garbage().findDue((UUID) arguments[0], later, (Integer) arguments[2]);
    }

    @SuppressWarnings("unchecked")
    private Object removeEarly(Object[] arguments) {
        Instant later = ((Instant) arguments[2]).plus(SimulatedCluster.GRACE);
        stores.garbage().remove((UUID) arguments[0], (Set<GarbageId>) arguments[1], later);
        return arguments;
    }
}
