CREATE TABLE entropic_directories (
    table_name VARCHAR NOT NULL PRIMARY KEY,
    directory_id VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    noted_at VARCHAR NOT NULL
);
CREATE TABLE entropic_failures (
    table_name VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    params VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    attempts BIGINT NOT NULL,
    node VARCHAR NOT NULL,
    log VARCHAR NOT NULL,
    elapsed_seconds DOUBLE PRECISION NOT NULL,
    failed_at VARCHAR NOT NULL,
    PRIMARY KEY (table_name, run_id)
);
CREATE TABLE entropic_migrations (
    version VARCHAR NOT NULL PRIMARY KEY,
    run_at VARCHAR NOT NULL
);
CREATE TABLE entropic_schemas (
    table_name VARCHAR NOT NULL PRIMARY KEY,
    written VARCHAR NOT NULL,
    written_at VARCHAR NOT NULL
);
CREATE TABLE entropic_stores (
    table_name VARCHAR NOT NULL PRIMARY KEY,
    store_id VARCHAR NOT NULL,
    created_at VARCHAR NOT NULL
);
CREATE TABLE "probes" (
    "mass" DOUBLE NOT NULL,
    "steps" INTEGER NOT NULL,
    "method" VARCHAR NOT NULL,
    "label" VARCHAR,
    "warm" BOOLEAN NOT NULL,
    "begins" DATETIME NOT NULL,
    "drag" DOUBLE NOT NULL DEFAULT 0.5,
    "threads" INTEGER NOT NULL,
    "energy" DOUBLE,
    "verdict" VARCHAR,
    "at" DATETIME,
    "id" VARCHAR NOT NULL,
    "result_file" VARCHAR NOT NULL,
    "created_at" DATETIME NOT NULL,
    "custom_data" JSON NOT NULL,
    PRIMARY KEY ("id")
);
CREATE INDEX "ix_probes_created_at_id" ON "probes" ("created_at", "id");
CREATE INDEX "ix_probes_mass_steps" ON "probes" ("mass", "steps");
INSERT INTO "entropic_directories" VALUES ('probes', '8634518a-a85e-4211-b028-b48c24629f26', '{{dir}}/results', '2026-11-24 21:16:26.627533');
INSERT INTO "entropic_failures" VALUES ('probes', '4bde84d6f91642e8', '{"at":null,"begins":"2026-01-02 03:04:05.600000","drag":2.75,"energy":null,"label":"fails","mass":11.0,"method":"Rk4","steps":100,"threads":2,"verdict":null,"warm":true}', 'error', 'diverged', 1, 'vm', '', 3.0666e-05, '2026-11-24 21:16:26.797706');
INSERT INTO "entropic_migrations" VALUES ('20261121000000', '2026-11-24 21:16:26.596184');
INSERT INTO "entropic_migrations" VALUES ('20261121120000', '2026-11-24 21:16:26.596257');
INSERT INTO "entropic_migrations" VALUES ('20261121180000', '2026-11-24 21:16:26.596296');
INSERT INTO "entropic_migrations" VALUES ('20261124120000', '2026-11-24 21:16:26.596334');
INSERT INTO "entropic_schemas" VALUES ('probes', '{"format":1,"identity":{"version":1,"fields":[{"key":"begins","column":"begins","class":"moment","float":"decimal","default":null,"retired":null},{"key":"drag","column":"drag","class":"float","float":"decimal","default":"0.5","retired":null},{"key":"label","column":"label","class":"text","float":"decimal","default":null,"retired":null},{"key":"mass","column":"mass","class":"float","float":"decimal","default":null,"retired":null},{"key":"method","column":"method","class":"text","float":"decimal","default":null,"retired":null},{"key":"steps","column":"steps","class":"integer","float":"decimal","default":null,"retired":null},{"key":"warm","column":"warm","class":"bool","float":"decimal","default":null,"retired":null}]},"keys":{"at":"at","begins":"begins","drag":"drag","energy":"energy","label":"label","mass":"mass","method":"method","steps":"steps","threads":"threads","verdict":"verdict","warm":"warm"},"values":{"drag":{"bits":64},"energy":{"bits":64},"label":{},"mass":{"bits":64},"method":{"texts":["Euler","Rk4"]},"verdict":{}}}', '2026-11-24 21:16:26.599971');
INSERT INTO "entropic_stores" VALUES ('probes', '69ded71f-b2ab-4301-bc23-a878fa30cc52', '2026-11-24 21:16:26.601517');
INSERT INTO "probes" VALUES (1.0, 100, 'Rk4', NULL, 0, '2026-01-02 03:04:05.600000', 0.25, 2, -0.5, NULL, '2026-01-02 03:04:05.600000', '6b887cda5c458f4c', '{{dir}}/results/6b887cda5c458f4c~1b82159f6859.csv', '2026-11-24 21:16:26.748313', '{"elapsed_seconds":0.0001,"note":"a word"}');
INSERT INTO "probes" VALUES (8.0, 100, 'Rk4', 'é 8', 1, '2026-01-02 03:04:05.600000', 2.0, 2, NULL, NULL, NULL, 'd0ee5d540f23ad49', '{{dir}}/results/made elsewhere.csv', '2026-11-24 21:16:26.788220', '{}');
INSERT INTO "probes" VALUES (4.0, 100, 'Rk4', 'é 4', 1, '2026-01-02 03:04:05.600000', 1.0, 2, -2.0, NULL, '2026-01-02 03:04:05.600000', 'fbc3c9688e108055', '{{dir}}/results/fbc3c9688e108055.csv', '2026-11-24 21:16:27.228988', '{"elapsed_seconds":0.0002,"note":"a word"}');
