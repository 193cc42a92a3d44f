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
package dev.wings.controlplane.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.Field;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.Type;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.ObjectStoreName;
import dev.wings.common.resource.TenantName;
import dev.wings.common.schema.LakeSpec;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.controlplane.cluster.NamespaceRecord;
import dev.wings.controlplane.cluster.NewTopic;
import dev.wings.controlplane.cluster.ObjectStoreRecord;
import dev.wings.controlplane.cluster.TenantRecord;
import dev.wings.controlplane.lake.LakeEntry.Kind;
import dev.wings.controlplane.state.StateContract;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [LakeMetadataStore] answers.
public abstract class LakeMetadataStoreContract extends StateContract {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final URI URI_OF_STORE = URI.create("file:///objects");
    private static final NamespaceName SALES = new NamespaceName("acme", "sales");
    private static final NamespaceName OTHER = new NamespaceName("acme", "other");
    private static final TableName ORDERS = TableName.of(SALES, "orders");

    private final Random random = new Random(1);

    protected LakeMetadataStore store() {
        return stores().lake();
    }

    @BeforeEach
    void createNamespaces() {
        cluster().createTenant(new TenantRecord(new TenantName("acme"), uuid(), TIME));
        cluster()
                .createObjectStore(
                        new ObjectStoreRecord(new ObjectStoreName("acme", "main"), uuid(), TIME, URI_OF_STORE));
        store().createNamespace(namespace(SALES), Map.of("owner", "ann", "note", ""));
        cluster().createNamespace(namespace(OTHER));
    }

    @Test
    void namespaceIsCreatedWithProperties() {
        LakeNamespace sales = store().loadNamespace(SALES);
        assertThat(sales.namespace()).isEqualTo(cluster().loadNamespace(SALES));
        assertThat(sales.properties()).isEqualTo(Map.of("owner", "ann", "note", ""));
        assertThat(sales.home()).isEqualTo(new LakeHome(sales.namespace().uid(), URI_OF_STORE, prefix(SALES)));
        assertThat(store().loadNamespace(OTHER).properties()).isEmpty();
        assertFails(
                () -> store().createNamespace(namespace(SALES), Map.of()), ErrorKind.ALREADY_EXISTS, "name=" + SALES);
    }

    @Test
    void propertiesAreSetAndRemoved() {
        assertThat(store().updateProperties(SALES, Map.of("owner", "bob", "new", "1"), Set.of("note", "absent")))
                .containsExactly("note");
        assertThat(store().loadNamespace(SALES).properties()).isEqualTo(Map.of("owner", "bob", "new", "1"));
    }

    @Test
    void propertiesAreBounded() {
        Map<String, String> many = new java.util.HashMap<>();
        for (int i = 0; i <= LakeMetadataStore.MAX_PROPERTIES; i++) {
            many.put("p" + i, "v");
        }
        assertFails(() -> store().updateProperties(SALES, many, Set.of()), ErrorKind.INVALID, "too many properties");
        assertThat(store().loadNamespace(SALES).properties()).hasSize(2);
    }

    @Test
    void namespaceCreatedAnewHasNoOldProperties() {
        cluster().deleteNamespace(SALES, TIME, TIME);
        cluster().createNamespace(namespace(SALES));
        assertThat(store().loadNamespace(SALES).properties()).isEmpty();
    }

    @Test
    void createdEntryIsFound() {
        LakeEntry table = create(Kind.TABLE, ORDERS);
        LakeEntry view = create(Kind.VIEW, TableName.of(SALES, "große Aufträge/2026.v1"));
        assertThat(store().find(ORDERS)).contains(table);
        assertThat(store().find(view.name())).contains(view);
        assertThat(store().find(TableName.of(SALES, "missing"))).isEmpty();
    }

    @Test
    void missingNamespaceIsNamed() {
        TableName missing = TableName.of(new NamespaceName("acme", "missing"), "t");
        TableName foreign = TableName.of(new NamespaceName("stranger", "sales"), "orders");
        create(Kind.TABLE, ORDERS);
        assertFails(() -> store().find(missing), ErrorKind.NOT_FOUND, "name=" + missing.parent());
        assertFails(() -> store().find(foreign), ErrorKind.NOT_FOUND, "name=tenants/stranger");
        assertFails(() -> store().loadNamespace(missing.parent()), ErrorKind.NOT_FOUND, "name=" + missing.parent());
        assertFails(() -> store().list(missing.parent(), Kind.TABLE, "", 1), ErrorKind.NOT_FOUND, missing.namespace());
        assertFails(
                () -> store().rename(Kind.TABLE, ORDERS, missing, TIME),
                ErrorKind.NOT_FOUND,
                "name=" + missing.parent());
        assertThat(store().find(ORDERS)).isPresent();
    }

    @Test
    void namesAreListedByTheirBytes() {
        // U+E000 sorts before U+1F600 in UTF-8, but not in UTF-16
        for (String name : List.of("b", "a", "\ue000", "\ud83d\ude00", "B")) {
            create(Kind.TABLE, TableName.of(SALES, name));
        }
        create(Kind.VIEW, TableName.of(SALES, "aa"));
        create(Kind.TABLE, TableName.of(OTHER, "elsewhere"));
        assertThat(store().list(SALES, Kind.TABLE, "", 10)).containsExactly("B", "a", "b", "\ue000", "\ud83d\ude00");
        assertThat(store().list(SALES, Kind.TABLE, "a", 2)).containsExactly("b", "\ue000");
        assertThat(store().list(SALES, Kind.VIEW, "", 10)).containsExactly("aa");
    }

    @Test
    void nameIsTakenByEither() {
        create(Kind.TABLE, ORDERS);
        assertFails(() -> create(Kind.TABLE, ORDERS), ErrorKind.ALREADY_EXISTS, "name=" + ORDERS);
        assertFails(() -> create(Kind.VIEW, ORDERS), ErrorKind.ALREADY_EXISTS, "name=" + ORDERS);
    }

    @Test
    void topicsAndTablesShareTheNames() {
        cluster().createTopic(topic("orders"));
        assertFails(() -> create(Kind.TABLE, ORDERS), ErrorKind.ALREADY_EXISTS, "name=" + ORDERS);
        TableName free = TableName.of(SALES, "free");
        create(Kind.VIEW, free);
        assertFails(() -> store().rename(Kind.VIEW, free, ORDERS, TIME), ErrorKind.ALREADY_EXISTS, "name=" + ORDERS);
        assertFails(() -> cluster().createTopic(topic("free")), ErrorKind.ALREADY_EXISTS, "topics/free");
        store().drop(Kind.VIEW, free, false, TIME);
        cluster().createTopic(topic("free"));
        cluster().deleteTopic(SALES.topic("orders"), TIME, TIME);
        create(Kind.TABLE, ORDERS);
    }

    @Test
    void onlyOneOfRacingTopicAndTableGetsTheName() throws Exception {
        for (int i = 0; i < 10; i++) {
            String name = "race" + i;
            int won = race(
                    () -> cluster().createTopic(topic(name)),
                    () -> create(Kind.TABLE, TableName.of(SALES, name)),
                    () -> create(Kind.VIEW, TableName.of(SALES, name)));
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void pointerMovesFromItsBaseOnly() {
        LakeEntry first = create(Kind.TABLE, ORDERS);
        move(first, "file:///objects/2");
        LakeEntry second = store().find(ORDERS).orElseThrow();
        assertThat(second.metadataLocation()).isEqualTo("file:///objects/2");
        assertThat(second.version()).isEqualTo(2);
        assertFails(() -> move(first, "file:///objects/3"), ErrorKind.CONFLICT, "found=file:///objects/2");
        assertThat(store().find(ORDERS)).contains(second);
    }

    /// I8
    @Test
    void pointerNeverComesToWhatIsGarbage() {
        LakeEntry first = create(Kind.TABLE, ORDERS);
        String garbage = first.metadataLocation();
        store().commit(List.of(new LakeChange.Move(first, "file:///objects/2", List.of(garbage))), TIME, TIME);
        LakeEntry second = store().find(ORDERS).orElseThrow();
        assertFails(() -> move(second, garbage), ErrorKind.INVALID, "location=" + garbage);
        LakeEntry copy = entry(Kind.VIEW, TableName.of(SALES, "copy"), garbage);
        assertFails(
                () -> store().commit(List.of(new LakeChange.Create(copy)), TIME, TIME),
                ErrorKind.INVALID,
                "name=" + copy.name());
        LakeEntry other = create(Kind.TABLE, TableName.of(SALES, "other"));
        List<LakeChange> listing = List.of(
                new LakeChange.Move(other, "file:///objects/4", List.of("file:///objects/3")),
                new LakeChange.Move(second, "file:///objects/3", List.of()));
        assertFails(() -> store().commit(listing, TIME, TIME), ErrorKind.INVALID, "location=file:///objects/3");
        assertThat(store().find(ORDERS)).contains(second);
        assertThat(store().find(copy.name())).isEmpty();
        assertThat(store().find(other.name())).contains(other);
        // that is another namespace's
        LakeEntry elsewhere = entry(Kind.TABLE, TableName.of(OTHER, "orders"), garbage);
        store().commit(List.of(new LakeChange.Create(elsewhere)), TIME, TIME);
        move(second, "file:///objects/3");
    }

    @Test
    void onlyOneOfRacingMovesWins() throws Exception {
        LakeEntry base = create(Kind.TABLE, ORDERS);
        assertThat(race(
                        () -> move(base, "file:///objects/a"),
                        () -> move(base, "file:///objects/b"),
                        () -> move(base, "file:///objects/c")))
                .isEqualTo(1);
        assertThat(store().find(ORDERS).orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void commitMakesAllChangesOrNone() {
        LakeEntry left = create(Kind.TABLE, TableName.of(SALES, "left"));
        LakeEntry right = create(Kind.TABLE, TableName.of(OTHER, "right"));
        LakeEntry made = entry(Kind.TABLE, TableName.of(SALES, "made"));
        move(right, "file:///objects/elsewhere");
        List<LakeChange> changes = new ArrayList<>(List.of(
                new LakeChange.Move(left, "file:///objects/l2", List.of()),
                new LakeChange.Create(made),
                new LakeChange.Move(right, "file:///objects/r2", List.of())));
        assertFails(() -> store().commit(changes, TIME, TIME), ErrorKind.CONFLICT, "name=" + right.name());
        assertThat(store().find(left.name())).contains(left);
        assertThat(store().find(made.name())).isEmpty();

        changes.set(2, new LakeChange.Move(store().find(right.name()).orElseThrow(), "file:///objects/r2", List.of()));
        store().commit(changes, TIME, TIME);
        assertThat(store().find(left.name()).orElseThrow().metadataLocation()).isEqualTo("file:///objects/l2");
        assertThat(store().find(right.name()).orElseThrow().version()).isEqualTo(3);
        assertThat(store().find(made.name())).contains(made);
    }

    @Test
    void commitRestsOnEntriesThatItDoesNotChange() {
        LakeEntry changed = create(Kind.TABLE, TableName.of(SALES, "changed"));
        LakeEntry base = create(Kind.TABLE, TableName.of(OTHER, "base"));
        store().commit(
                        List.of(
                                new LakeChange.Keep(base),
                                new LakeChange.Move(changed, "file:///objects/2", List.of())),
                        TIME,
                        TIME);
        assertThat(store().find(base.name())).contains(base);
        LakeEntry second = store().find(changed.name()).orElseThrow();
        assertThat(second.metadataLocation()).isEqualTo("file:///objects/2");

        move(base, "file:///objects/elsewhere");
        List<LakeChange> late =
                List.of(new LakeChange.Move(second, "file:///objects/3", List.of()), new LakeChange.Keep(base));
        assertFails(() -> store().commit(late, TIME, TIME), ErrorKind.CONFLICT, "name=" + base.name());
        assertThat(store().find(changed.name())).contains(second);
    }

    @Test
    void droppedEntryIsGone() {
        LakeEntry table = create(Kind.TABLE, ORDERS);
        assertFails(() -> store().drop(Kind.VIEW, ORDERS, false, TIME), ErrorKind.NOT_FOUND, "name=" + ORDERS);
        store().drop(Kind.TABLE, ORDERS, true, TIME);
        assertThat(store().find(ORDERS)).isEmpty();
        assertFails(() -> store().drop(Kind.TABLE, ORDERS, true, TIME), ErrorKind.NOT_FOUND, "name=" + ORDERS);
        assertFails(() -> move(table, "file:///objects/2"), ErrorKind.NOT_FOUND, "name=" + ORDERS);
        assertThat(create(Kind.TABLE, ORDERS).uid()).isNotEqualTo(table.uid());
        assertFails(() -> move(table, "file:///objects/2"), ErrorKind.NOT_FOUND, "name=" + ORDERS);
    }

    @Test
    void renamedEntryKeepsAllButItsName() {
        LakeEntry table = create(Kind.TABLE, ORDERS);
        TableName to = TableName.of(OTHER, "bestellungen");
        store().rename(Kind.TABLE, ORDERS, to, TIME);
        assertThat(store().find(ORDERS)).isEmpty();
        LakeEntry renamed = store().find(to).orElseThrow();
        assertThat(renamed)
                .isEqualTo(new LakeEntry(
                        to,
                        Kind.TABLE,
                        table.uid(),
                        Optional.empty(),
                        table.tableUuid(),
                        table.metadataLocation(),
                        1,
                        table.home()));
        create(Kind.VIEW, ORDERS);
        assertFails(() -> store().rename(Kind.TABLE, to, ORDERS, TIME), ErrorKind.ALREADY_EXISTS, "name=" + ORDERS);
        assertFails(() -> store().rename(Kind.VIEW, to, ORDERS, TIME), ErrorKind.NOT_FOUND, "name=" + to);
        // who read it under its old name means the same table
        move(table, "file:///objects/2");
        assertThat(store().find(to).orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void namespaceIsKeptWhileTablesNeedIt() {
        create(Kind.TABLE, ORDERS);
        assertFails(() -> cluster().deleteNamespace(SALES, TIME, TIME), ErrorKind.PRECONDITION, "used_by=" + ORDERS);
        TableName to = TableName.of(OTHER, "orders");
        store().rename(Kind.TABLE, ORDERS, to, TIME);
        assertFails(() -> cluster().deleteNamespace(SALES, TIME, TIME), ErrorKind.PRECONDITION, "used_by=" + to);
        store().rename(Kind.TABLE, to, ORDERS, TIME);
        cluster().deleteNamespace(OTHER, TIME, TIME);
        store().drop(Kind.TABLE, ORDERS, false, TIME);
        cluster().deleteNamespace(SALES, TIME, TIME);
    }

    @Test
    void tableIsNotMadeInNamespaceThatWasCreatedAnew() {
        LakeEntry table = entry(Kind.TABLE, ORDERS);
        cluster().deleteNamespace(SALES, TIME, TIME);
        cluster().createNamespace(namespace(SALES));
        assertFails(
                () -> store().commit(List.of(new LakeChange.Create(table)), TIME, TIME),
                ErrorKind.CONFLICT,
                "name=" + SALES);
    }

    /// How many of the actions succeed that are started at once; the others must fail for the name, the
    /// location or the pointer.
    private static int race(Callable<?>... actions) throws Exception {
        CyclicBarrier start = new CyclicBarrier(actions.length);
        int won = 0;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (Callable<?> action : actions) {
                running.add(executor.submit(() -> {
                    start.await();
                    return action.call();
                }));
            }
            for (Future<?> action : running) {
                try {
                    action.get();
                    won++;
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    WingsException.class,
                                    failure -> assertThat(failure.kind())
                                            .isIn(ErrorKind.ALREADY_EXISTS, ErrorKind.CONFLICT, ErrorKind.INVALID));
                }
            }
        }
        return won;
    }

    /// Two entries of a home never share a directory, and neither's lies in the other's, in whichever order
    /// they come and however they change.
    @Test
    void locationsOfTwoEntriesAreApart() {
        LakeEntry first = createAt("first", "file:///o/a/t");
        for (String taken : List.of("file:///o/a/t", "file:///o/a/t/inner", "file:///o/a", "file:///o")) {
            assertFails(() -> createAt("second", taken), ErrorKind.INVALID, "location_of_the_other=file:///o/a/t");
        }
        LakeEntry second = createAt("second", "file:///o/a/t2");
        assertFails(() -> moveTo(second, "file:///o/a/t/x", Set.of()), ErrorKind.INVALID, "file:///o/a/t");
        // nor may it name a file there
        assertFails(() -> moveTo(second, "file:///o/b", Set.of("file:///o/a/t/f")), ErrorKind.INVALID, "file:///o/a/t");
        LakeEntry moved = moveTo(second, "file:///o/b", Set.of("file:///o/a/t2/f", "file:///o/nobody/f"));
        // what it had it keeps: files of older snapshots are there
        assertFails(() -> createAt("third", "file:///o/a/t2"), ErrorKind.INVALID, "file:///o/a/t2");
        assertFails(() -> createAt("third", "file:///o/b/c"), ErrorKind.INVALID, "file:///o/b");
        store().rename(Kind.TABLE, moved.name(), TableName.of(OTHER, "renamed"), TIME);
        assertFails(() -> createAt("third", "file:///o/b"), ErrorKind.INVALID, "file:///o/b");
        store().drop(Kind.TABLE, first.name(), false, TIME);
        createAt("third", "file:///o/a/t");
        // both of one commit
        List<LakeChange> both = List.of(
                new LakeChange.Create(entry(Kind.TABLE, TableName.of(SALES, "x")), at("file:///o/x")),
                new LakeChange.Create(entry(Kind.VIEW, TableName.of(SALES, "y")), at("file:///o/x/y")));
        assertFails(() -> store().commit(both, TIME, TIME), ErrorKind.INVALID, "file:///o/x");
        assertThat(store().find(TableName.of(SALES, "x"))).isEmpty();
    }

    @Test
    void locationIsTakenByOneOfTwoAtOnce() throws Exception {
        for (int i = 0; i < 10; i++) {
            String location = "file:///o/race" + i;
            int won = race(
                    () -> createAt("a" + location.length() + location.hashCode(), location),
                    () -> createAt("b" + location.length() + location.hashCode(), location + "/inner"));
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void metadataFilesThatWereWrittenAreKnownUntilTheyAreListed() {
        LakeEntry first = entry(Kind.TABLE, ORDERS);
        LakeFiles deletable = new LakeFiles(Set.of(), Set.of(), true);
        store().commit(List.of(new LakeChange.Create(first, deletable)), TIME, TIME);
        LakeEntry other = create(Kind.TABLE, TableName.of(SALES, "other"));
        Set<String> asked = Set.of(first.metadataLocation(), "file:///objects/2", other.metadataLocation());
        assertThat(store().findDeletable(first.uid(), asked)).containsExactly(first.metadataLocation());
        assertThat(store().findDeletable(other.uid(), asked)).isEmpty();
        store().commit(
                        List.of(new LakeChange.Move(
                                first, "file:///objects/2", List.of(first.metadataLocation()), deletable)),
                        TIME,
                        TIME);
        assertThat(store().findDeletable(first.uid(), asked)).containsExactly("file:///objects/2");
        store().drop(Kind.TABLE, ORDERS, false, TIME);
        assertThat(store().findDeletable(first.uid(), asked)).isEmpty();
    }

    private static LakeFiles at(String location) {
        return new LakeFiles(Set.of(location), Set.of(), false);
    }

    private LakeEntry createAt(String name, String location) {
        LakeEntry entry = entry(Kind.TABLE, TableName.of(SALES, name));
        store().commit(List.of(new LakeChange.Create(entry, at(location))), TIME, TIME);
        return entry;
    }

    private LakeEntry moveTo(LakeEntry base, String location, Set<String> files) {
        LakeFiles wanted = LakeFiles.of(Set.of(location), files, false);
        store().commit(List.of(new LakeChange.Move(base, "file:///objects/" + uuid(), List.of(), wanted)), TIME, TIME);
        return store().find(base.name()).orElseThrow();
    }

    private LakeEntry create(Kind kind, TableName name) {
        LakeEntry entry = entry(kind, name);
        store().commit(List.of(new LakeChange.Create(entry)), TIME, TIME);
        return entry;
    }

    private LakeEntry move(LakeEntry base, String location) {
        store().commit(List.of(new LakeChange.Move(base, location, List.of())), TIME, TIME);
        return base;
    }

    private LakeEntry entry(Kind kind, TableName name) {
        return entry(kind, name, "file:///objects/" + uuid());
    }

    private LakeEntry entry(Kind kind, TableName name, String location) {
        LakeHome home = store().loadNamespace(name.parent()).home();
        return new LakeEntry(name, kind, uuid(), Optional.empty(), uuid(), location, 1, home);
    }

    private NamespaceRecord namespace(NamespaceName name) {
        UUID uid = uuid();
        return new NamespaceRecord(name, uid, TIME, new ObjectStoreName("acme", "main"), "acme/" + uid);
    }

    private String prefix(NamespaceName name) {
        return cluster().loadNamespace(name).objectPrefix();
    }

    private NewTopic topic(String id) {
        Schema schema = Schema.newBuilder()
                .addFields(Field.newBuilder()
                        .setName("a")
                        .setType(Type.newBuilder().setPrimitive(Primitive.LONG)))
                .build();
        return new NewTopic(
                SALES.topic(id),
                uuid(),
                TIME,
                SchemaProtos.fromCreateRequest(schema),
                0,
                LakeSpec.defaults(0),
                SchemaPolicy.STRICT);
    }

    private synchronized UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static void assertFails(ThrowingCallable call, ErrorKind kind, String text) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        WingsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(kind))
                .hasMessageContaining(text);
    }
}
