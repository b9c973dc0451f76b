CREATE TABLE {{schema}}.entropic_directories (
    table_name character varying NOT NULL,
    directory_id character varying NOT NULL,
    path character varying NOT NULL,
    noted_at character varying NOT NULL
);
CREATE TABLE {{schema}}.entropic_failures (
    table_name character varying NOT NULL,
    run_id character varying NOT NULL,
    params character varying NOT NULL,
    kind character varying NOT NULL,
    message character varying NOT NULL,
    attempts bigint NOT NULL,
    node character varying NOT NULL,
    log character varying NOT NULL,
    elapsed_seconds double precision NOT NULL,
    failed_at character varying NOT NULL
);
CREATE TABLE {{schema}}.entropic_migrations (
    version character varying NOT NULL,
    run_at character varying NOT NULL
);
CREATE TABLE {{schema}}.entropic_schemas (
    table_name character varying NOT NULL,
    written character varying NOT NULL,
    written_at character varying NOT NULL
);
CREATE TABLE {{schema}}.entropic_stores (
    table_name character varying NOT NULL,
    store_id character varying NOT NULL,
    created_at character varying NOT NULL
);
CREATE TABLE {{schema}}.probes (
    mass double precision NOT NULL,
    steps bigint NOT NULL,
    method character varying NOT NULL COLLATE pg_catalog."C",
    label character varying COLLATE pg_catalog."C",
    warm boolean NOT NULL,
    begins timestamp without time zone NOT NULL,
    drag double precision DEFAULT 0.5 NOT NULL,
    threads integer NOT NULL,
    energy double precision,
    verdict character varying COLLATE pg_catalog."C",
    at timestamp without time zone,
    id character varying NOT NULL COLLATE pg_catalog."C",
    result_file character varying NOT NULL COLLATE pg_catalog."C",
    created_at timestamp without time zone NOT NULL,
    custom_data json NOT NULL
);
INSERT INTO {{schema}}.entropic_directories VALUES ('probes', 'f1a1753b-45b3-4652-8110-4057ec59b108', '{{dir}}/results', '2026-11-24 21:16:28.015877');
INSERT INTO {{schema}}.entropic_failures VALUES ('probes', '4bde84d6f91642e8', '{"at":null,"begins":"2026-01-02 03:04:05.600000","drag":2.75,"energy":null,"label":"fails","mass":11.0,"method":"Rk4","steps":100,"threads":2,"verdict":null,"warm":true}', 'error', 'diverged', 1, 'vm', '', 6.2183e-05, '2026-11-24 21:16:28.325404');
INSERT INTO {{schema}}.entropic_migrations VALUES ('20261121000000', '2026-11-24 21:16:27.962731');
INSERT INTO {{schema}}.entropic_migrations VALUES ('20261121120000', '2026-11-24 21:16:27.973814');
INSERT INTO {{schema}}.entropic_migrations VALUES ('20261121180000', '2026-11-24 21:16:27.981381');
INSERT INTO {{schema}}.entropic_migrations VALUES ('20261124120000', '2026-11-24 21:16:27.983511');
INSERT INTO {{schema}}.entropic_schemas VALUES ('probes', '{"format":1,"identity":{"version":1,"fields":[{"key":"begins","column":"begins","class":"moment","float":"decimal","default":null,"retired":null},{"key":"drag","column":"drag","class":"float","float":"decimal","default":"0.5","retired":null},{"key":"label","column":"label","class":"text","float":"decimal","default":null,"retired":null},{"key":"mass","column":"mass","class":"float","float":"decimal","default":null,"retired":null},{"key":"method","column":"method","class":"text","float":"decimal","default":null,"retired":null},{"key":"steps","column":"steps","class":"integer","float":"decimal","default":null,"retired":null},{"key":"warm","column":"warm","class":"bool","float":"decimal","default":null,"retired":null}]},"keys":{"at":"at","begins":"begins","drag":"drag","energy":"energy","label":"label","mass":"mass","method":"method","steps":"steps","threads":"threads","verdict":"verdict","warm":"warm"},"values":{"drag":{"bits":64},"energy":{"bits":64},"label":{},"mass":{"bits":64},"method":{"texts":["Euler","Rk4"]},"verdict":{}}}', '2026-11-24 21:16:27.992745');
INSERT INTO {{schema}}.entropic_stores VALUES ('probes', '797931da-70a0-4470-a5a9-64aa94cf5ecf', '2026-11-24 21:16:28.004759');
INSERT INTO {{schema}}.probes VALUES (1, 100, 'Rk4', NULL, false, '2026-01-02 03:04:05.6', 0.25, 2, -0.5, NULL, '2026-01-02 03:04:05.6', '6b887cda5c458f4c', '{{dir}}/results/6b887cda5c458f4c~43e2b93e3e72.csv', '2026-11-24 21:16:28.226021', '{"elapsed_seconds":0.0001,"note":"a word"}');
INSERT INTO {{schema}}.probes VALUES (8, 100, 'Rk4', 'é 8', true, '2026-01-02 03:04:05.6', 2, 2, NULL, NULL, NULL, 'd0ee5d540f23ad49', '{{dir}}/results/made elsewhere.csv', '2026-11-24 21:16:28.276322', '{}');
INSERT INTO {{schema}}.probes VALUES (4, 100, 'Rk4', 'é 4', true, '2026-01-02 03:04:05.6', 1, 2, -2, NULL, '2026-01-02 03:04:05.6', 'fbc3c9688e108055', '{{dir}}/results/fbc3c9688e108055.csv', '2026-11-24 21:16:28.433528', '{"elapsed_seconds":0.0002,"note":"a word"}');
ALTER TABLE ONLY {{schema}}.entropic_directories
    ADD CONSTRAINT entropic_directories_pkey PRIMARY KEY (table_name);
ALTER TABLE ONLY {{schema}}.entropic_failures
    ADD CONSTRAINT entropic_failures_pkey PRIMARY KEY (table_name, run_id);
ALTER TABLE ONLY {{schema}}.entropic_migrations
    ADD CONSTRAINT entropic_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY {{schema}}.entropic_schemas
    ADD CONSTRAINT entropic_schemas_pkey PRIMARY KEY (table_name);
ALTER TABLE ONLY {{schema}}.entropic_stores
    ADD CONSTRAINT entropic_stores_pkey PRIMARY KEY (table_name);
ALTER TABLE ONLY {{schema}}.probes
    ADD CONSTRAINT probes_pkey PRIMARY KEY (id);
CREATE INDEX ix_probes_created_at_id ON {{schema}}.probes USING btree (created_at, id);
CREATE INDEX ix_probes_mass_steps ON {{schema}}.probes USING btree (mass, steps);
