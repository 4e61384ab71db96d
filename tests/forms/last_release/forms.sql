CREATE FUNCTION public.atrae_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.checkpoint (
    id bigint NOT NULL,
    at text NOT NULL,
    last bigint NOT NULL,
    heads text NOT NULL,
    key_id text NOT NULL,
    signature text NOT NULL
);
CREATE SEQUENCE public.checkpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.checkpoint_id_seq OWNED BY public.checkpoint.id;
CREATE TABLE public.contact (
    id text NOT NULL,
    address text,
    key text,
    created text NOT NULL,
    asked text NOT NULL
);
CREATE TABLE public.detail (
    event bigint NOT NULL,
    salt text NOT NULL,
    body text NOT NULL
);
CREATE TABLE public.form (
    version text NOT NULL,
    id text NOT NULL,
    body text NOT NULL,
    first_seen text NOT NULL
);
CREATE TABLE public.ledger (
    seq bigint NOT NULL,
    at text NOT NULL,
    subject text NOT NULL,
    purpose text NOT NULL,
    kind text NOT NULL,
    wording text NOT NULL,
    form text NOT NULL,
    form_version text NOT NULL,
    page text NOT NULL,
    language text NOT NULL,
    campaign text NOT NULL,
    method text NOT NULL,
    detail text NOT NULL,
    prev text NOT NULL,
    digest text NOT NULL
);
CREATE SEQUENCE public.ledger_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.outbox (
    id bigint NOT NULL,
    dedupe text NOT NULL,
    template text NOT NULL,
    contact text NOT NULL,
    events text NOT NULL,
    pending text NOT NULL,
    because bigint NOT NULL,
    created text NOT NULL,
    due text NOT NULL,
    attempts integer NOT NULL,
    state text NOT NULL,
    message_id text NOT NULL,
    reply text NOT NULL,
    at text NOT NULL,
    checked bigint NOT NULL
);
CREATE SEQUENCE public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbox_id_seq OWNED BY public.outbox.id;
CREATE TABLE public.pending (
    id text NOT NULL,
    contact text NOT NULL,
    events text NOT NULL,
    expires text NOT NULL
);
CREATE TABLE public.setting (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.spent (
    nonce text NOT NULL,
    contact text NOT NULL,
    expires text NOT NULL
);
CREATE TABLE public.suppression (
    address text NOT NULL,
    scope text NOT NULL,
    key_id text NOT NULL,
    reason text NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.webhook (
    id bigint NOT NULL,
    endpoint text NOT NULL,
    event bigint NOT NULL,
    created text NOT NULL,
    due text NOT NULL,
    attempts integer NOT NULL,
    state text NOT NULL,
    reply text NOT NULL,
    at text NOT NULL
);
CREATE SEQUENCE public.webhook_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.webhook_id_seq OWNED BY public.webhook.id;
CREATE TABLE public.wording (
    digest text NOT NULL,
    purpose text NOT NULL,
    language text NOT NULL,
    text text NOT NULL,
    body text NOT NULL,
    first_seen text NOT NULL
);
ALTER TABLE ONLY public.checkpoint ALTER COLUMN id SET DEFAULT nextval('public.checkpoint_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);
ALTER TABLE ONLY public.webhook ALTER COLUMN id SET DEFAULT nextval('public.webhook_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES
	('0004');
INSERT INTO public.checkpoint VALUES
	(1, '2026-09-01T09:11:00.000000Z', 18, '8d42e9d755648fd43f607d69533281ac64a67d399e42b5fcb35927335282605d', '6a3e8c0199957c0f', 'd3a8a7cc3a6626e1c5141ca71485e25de4af28c280c71fae65ab306787f6108e45b5e4348bb4085766ffd2aac93e8056ccdf51f7f072938192f245fb22e3bd0b'),
	(2, '2026-10-11T09:53:00.000000Z', 47, 'b78dd0e6812932db877c7618c59c20da19d85af541ccc0cec13d6d58bf48c90f', '6a3e8c0199957c0f', '46b0d5e1cb419f92dac5b5ea3a0a6a675a8152393092de3562b4fd2de9fd1d8d16c044c36d2be8af69a7b615c3dfc55c57612641dcb25bfeb1704b017a3f740e');
INSERT INTO public.contact VALUES
	('88b98e452debfa26f921493aff776226', 'rex@example.org', 'rex@example.org', '2026-09-01T09:02:00.000000Z', '2026-09-01T09:02:00.000000Z'),
	('e4adac7e10d08540e7ae8fff97c4db75', 'oli@example.org', 'oli@example.org', '2026-09-01T09:07:00.000000Z', '2026-09-01T09:07:00.000000Z'),
	('3463e4d007bcf07996d49e9af934f3e4', 'eva@example.org', 'eva@example.org', '2026-09-01T09:09:00.000000Z', '2026-09-01T09:09:00.000000Z'),
	('861a5ea3bc949245907e3626b05bbb78', 'uma@example.org', 'uma@example.org', '2026-09-01T09:15:00.000000Z', '2026-09-01T09:15:00.000000Z'),
	('0cdbe860a301a840854c9fcc845c9d87', 'gus@example.org', 'gus@example.org', '2026-09-01T09:19:00.000000Z', '2026-09-01T09:19:00.000000Z'),
	('b56f93022059748c1430792f8f7d2738', 'hal@example.org', 'hal@example.org', '2026-09-01T09:25:00.000000Z', '2026-09-01T09:28:00.000000Z'),
	('5eb4971710c158e56351cfda87128a85', 'ana@example.org', 'ana@example.org', '2026-10-11T09:55:00.000000Z', '2026-10-11T10:01:00.000000Z'),
	('868f07fe6dd274109dadff0da1983f5d', 'dan@example.org', 'dan@example.org', '2026-10-11T10:03:00.000000Z', '2026-10-11T10:03:00.000000Z'),
	('a9e581c521978dfc348d251ef053bc51', 'lee@example.org', 'lee@example.org', '2026-10-11T10:07:00.000000Z', '2026-10-11T10:07:00.000000Z'),
	('95c24a0aa0bbd3e00052b7b5686a8e13', NULL, NULL, '2026-09-01T09:32:00.000000Z', '2026-09-01T09:32:00.000000Z'),
	('624f79fd5a634afd751e5360cfa70e24', 'roy@example.org', 'roy@example.org', '2026-10-11T10:09:00.000000Z', '2026-10-11T10:09:00.000000Z'),
	('d7bac6e88943f0f55755a339b425b2c4', 'mia.new@example.org', 'mia.new@example.org', '2026-09-01T09:40:00.000000Z', '2026-09-01T09:40:00.000000Z'),
	('cd50fbc284221c1156a3ed23b36a34ca', 'max@example.org', 'max@example.org', '2026-10-11T10:11:00.000000Z', '2026-10-11T10:11:00.000000Z'),
	('3d708a2693066a9fbc1fb71d50dd2fc1', 'bob@example.org', 'bob@example.org', '2026-10-11T10:16:00.000000Z', '2026-10-11T10:16:00.000000Z'),
	('system', 'owner@example.org', NULL, '2026-09-01T09:11:00.000000Z', '2026-09-01T09:11:00.000000Z'),
	('7f709ac084c9e2cb62217513e8e8ba1f', NULL, NULL, '2026-09-01T09:29:00.000000Z', '2026-09-01T09:30:00.000000Z'),
	('a44218d7d0f95b72c7e603344ecb7612', NULL, NULL, '2026-09-01T09:50:00.000000Z', '2026-09-01T09:50:00.000000Z'),
	('c9c74ea35dd700ddb6f8aa8d1ccfdde0', NULL, NULL, '2026-09-01T09:52:00.000000Z', '2026-09-01T09:52:00.000000Z'),
	('c1a2b068907d9adc6b1c18a2ebffda96', 'ned@example.org', 'ned@example.org', '2026-10-11T10:18:00.000000Z', '2026-10-11T10:18:00.000000Z'),
	('caabd52ee465a8d00951f486d3464009', 'quinn@example.org', 'quinn@example.org', '2026-10-11T10:24:00.000000Z', '2026-10-11T10:24:00.000000Z');
INSERT INTO public.detail VALUES
	(10, '7734f4bae84009d10b0cf178db7e8715', '{"answers":{"name":"Rex Ñandú","topic":"seo"},"email":"rex@example.org"}'),
	(11, '79bf442011a92d9e61fde8011ab1e14e', '{"answers":{"name":"Rex Ñandú","topic":"seo"},"email":"rex@example.org"}'),
	(12, '175c3a5c196bd2e1f42460c5580da06b', '{"answer":"a search"}'),
	(13, '1d1dda41cb188eaa08243a85a52df5bf', '{"answer":"a search"}'),
	(16, '0b3695a38d71f8bb50d0e14959086eb0', '{"date":"2025-03-31T00:00:00.000000Z","email":"oli@example.org","evidence":"sheet 14","source":"fair 2025"}'),
	(17, '1e64f7bdcfd7d95b13919777509f1d32', '{"answers":{},"email":"eva@example.org"}'),
	(18, '31c0acfb9b00bde730eb986494942c7f', '{"answer":"a search"}'),
	(19, '2aafbb3c30ecf188a5dace7682b7f3d6', '{"at":"2026-09-01T09:11:00.000000Z","heads":"8d42e9d755648fd43f607d69533281ac64a67d399e42b5fcb35927335282605d","id":1,"key_id":"6a3e8c0199957c0f","last":18,"signature":"d3a8a7cc3a6626e1c5141ca71485e25de4af28c280c71fae65ab306787f6108e45b5e4348bb4085766ffd2aac93e8056ccdf51f7f072938192f245fb22e3bd0b"}'),
	(20, 'b26f3bf81f0340578378f091ae9dd92d', '{"until":"2026-12-01T09:13:00.000000Z"}'),
	(21, 'e76cc222574e37d64b495a3153820b72', '{"answers":{},"email":"uma@example.org"}'),
	(22, '625002e9c01e2eec92086181d6ac545f', '{"answer":"a search"}'),
	(23, 'ced0d705463851a6c80f2c13aba95874', '{"answers":{},"email":"gus@example.org"}'),
	(24, '2df1186313f333166c04894b22016d49', '{"answer":"a search"}'),
	(26, '54f19f1829c9999ea1c19ead2ac4bce6', '{"key_id":"33007921","reason":"never again, said by themselves","scope":"all"}'),
	(27, '088aa718a4b66abf1fbacb1fe91857b0', '{"answers":{},"email":"hal@example.org"}'),
	(28, '424f11ab12c9f435a292b722d128c437', '{"answer":"a search"}'),
	(29, '661c5762e99969d9f46f22043cad62b6', '{"reason":"his provider''s report"}'),
	(30, '764de5bfd801bb5262c293298bd3ac82', '{"key_id":"33007921","reason":"complained","scope":"all"}'),
	(58, 'b1cd9044018e5b84722436957694fd11', '{"answer":"a search"}'),
	(32, '57c64119f1f73cff74334e336db7b643', '{"key_id":"33007921","reason":"never again","scope":"all"}'),
	(33, '3f73184ddfe790a5d58ef05cb16874e4', '{"reason":"she asked me to","scope":"all"}'),
	(59, 'a37a9dfb6e992967327e22695199babb', '{"answer":"a search"}'),
	(60, 'b5bbafdd1084cc3f95ae58bc4bfb6b09', '{"topics":["mail"]}'),
	(38, 'ca7ca86753704e848a7fa0a108c8b2c4', '{"key_id":"33007921","reason":"erased","scope":"marketing"}'),
	(39, '726f292ab749fca87365d289e16b88fd', '{"answers":{},"email":"mia@example.org"}'),
	(40, 'aba38dd16bc546da954e80d0b3e8e8c7', '{"answer":"a search"}'),
	(41, 'd8fd274dee938873d957bb17f0e9c61f', '{"email":"mia.new@example.org"}'),
	(42, '87f0d07612ab9e4e0e64e7474a267d93', '{"email":"mia.new@example.org"}'),
	(43, 'd308f40b39917ac0084da3226445e4a4', '{"email":"mia.new@example.org"}'),
	(61, '93252168e63f19db511e97c144d959f1', '{"answers":{},"email":"ana@example.org"}'),
	(62, 'd5f9755645a40f9ec3da1e9aa405dff0', '{"answers":{},"email":"dan@example.org"}'),
	(64, 'e941a2a83880780d7c609045451d4a93', '{"answers":{},"email":"lee@example.org","signs":["honeypot"]}'),
	(47, '91d583c6a36adc7bc6c97659a89f9c5b', '{"key_id":"33007921","reason":"bounced","scope":"all"}'),
	(48, '3773afb1ccc4c4d05cbb57d3edfd5675', '{"at":"2026-10-11T09:53:00.000000Z","heads":"b78dd0e6812932db877c7618c59c20da19d85af541ccc0cec13d6d58bf48c90f","id":2,"key_id":"6a3e8c0199957c0f","last":47,"signature":"46b0d5e1cb419f92dac5b5ea3a0a6a675a8152393092de3562b4fd2de9fd1d8d16c044c36d2be8af69a7b615c3dfc55c57612641dcb25bfeb1704b017a3f740e"}'),
	(49, '41570ed91ef052ff91ed289c4c6a4271', '{"answers":{"name":"Ana <b>","topic":"seo"},"email":"ana@example.org"}'),
	(50, '59ec4a728b8a312213766db03172e3f7', '{"answers":{"name":"Ana <b>","topic":"seo"},"email":"ana@example.org"}'),
	(51, '8d30bbd43a8376b876d70e20c2edb3e9', '{"asked":39}'),
	(65, '5ccc97ba2f21440d55f909325ff6fbfb', '{"answers":{},"email":"roy@example.org","signs":["honeypot"]}'),
	(54, 'ed73567c8a9a49460f52822c71fb4d83', '{"key_id":"33007921","reason":"declined","scope":"marketing"}'),
	(57, '51b5558d057965fa7c4bbe1765cbe8af', '{"key_id":"33007921","reason":"declined","scope":"marketing"}'),
	(66, '34177bb735c2bd1f50f81f7295d2352a', '{"answers":{},"email":"max@example.org","signs":["honeypot"]}'),
	(67, '684a0bf091e32187347aa4dbadcf993d', '{"held":[64]}'),
	(68, '928fa013d6892afbfa6c74193a1c2343', '{"answers":{},"email":"roy@example.org","held":[65]}'),
	(69, 'ec8b2808930439ebb6cdff65b4950335', '{"answers":{},"email":"bob@example.org"}'),
	(70, '4120601bd71c7f45cd0d8010e7a4bcd3', '{"answers":{},"email":"ned@example.org"}'),
	(71, 'da46fc61bb6f479bf444feebd12a5cbc', '{"answer":"a search"}'),
	(73, 'f432465a07159f303a49aa6bd7ec76e1', '{"answers":{},"email":"quinn@example.org"}');
INSERT INTO public.form VALUES
	('1368db4c66f94159c06d139f71e6a7651533ef3d71b370150d99260960964c56', 'news', '{"after_confirm":{"en":"/news/welcome/"},"after_submit":{"en":"/news/inbox/"},"button":{},"fields":[{"autocomplete":"","hint":{},"kind":"email","label":{},"max_length":200,"name":"email","options":[],"required":true}],"id":"news","intro":{},"purposes":["news"],"question":{},"title":{}}', '2026-09-01T09:02:00.000000Z'),
	('502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', 'newsletter', '{"after_confirm":{},"after_submit":{},"button":{},"fields":[{"autocomplete":"","hint":{},"kind":"email","label":{},"max_length":200,"name":"email","options":[],"required":true}],"id":"newsletter","intro":{},"purposes":["newsletter"],"question":{},"title":{}}', '2026-09-01T09:02:00.000000Z'),
	('63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', 'guide', '{"after_confirm":{},"after_submit":{},"button":{},"fields":[{"autocomplete":"","hint":{},"kind":"text","label":{},"max_length":60,"name":"name","options":[],"required":false},{"autocomplete":"","hint":{},"kind":"email","label":{},"max_length":200,"name":"email","options":[],"required":true},{"autocomplete":"","hint":{},"kind":"select","label":{},"max_length":200,"name":"topic","options":[{"label":{"en":"Search","es":"Búsqueda"},"value":"seo"},{"label":{"en":"Mail","es":"Correo"},"value":"mail"}],"required":false},{"autocomplete":"","hint":{},"kind":"textarea","label":{},"max_length":500,"name":"message","options":[],"required":false}],"id":"guide","intro":{},"purposes":["guide","newsletter"],"question":{"en":"What brought you here?"},"title":{"en":"Get the guide","es":"Consigue la guía"}}', '2026-09-01T09:02:00.000000Z');
INSERT INTO public.ledger VALUES
	(1, '2026-09-01T09:02:00.000000Z', 'system', 'guide', 'catalogue.wording', '01d883046136b89608f7d60f41102ef2fd196691b82d75005f1273e026c84da6', '', '', '', '', '', '', '', '', '248b21008f0ad4fd3ee30cea508fc6349e5b2625705a5978b1992f48cbfe9267'),
	(2, '2026-09-01T09:02:00.000000Z', 'system', 'news', 'catalogue.wording', '1a63c6e41a74241db1f7eda215506aa88e75c14c0e9be357ccd44bd344638957', '', '', '', '', '', '', '', '248b21008f0ad4fd3ee30cea508fc6349e5b2625705a5978b1992f48cbfe9267', 'd28552c2d8008689e19e0354318525b2ad8994338652fdb29638ae20bbd8dd5f'),
	(3, '2026-09-01T09:02:00.000000Z', 'system', 'newsletter', 'catalogue.wording', '29ed2aa65a103ebae4b70025ec4402fe29070fe77820ac3e8cb42f342f9e8efc', '', '', '', '', '', '', '', 'd28552c2d8008689e19e0354318525b2ad8994338652fdb29638ae20bbd8dd5f', 'cdab4475261e6f3f027ad1e5880d82cf09db7f1e3aead7858ef57020295603b8'),
	(4, '2026-09-01T09:02:00.000000Z', 'system', 'guide', 'catalogue.wording', '657b3ea7b31d9b1cbdbdd612f5644953a91e009aa55eb983d9e2c51fcb8e55df', '', '', '', '', '', '', '', 'cdab4475261e6f3f027ad1e5880d82cf09db7f1e3aead7858ef57020295603b8', '9a372ddc9eea3e74f78f42a5d49e22013f123b9ea7f21ac885a5b89708d8b2e7'),
	(5, '2026-09-01T09:02:00.000000Z', 'system', 'news', 'catalogue.wording', '69260cbbb15e8b3e4fca72fa451302c6939169f574e115633615a19ce29e4216', '', '', '', '', '', '', '', '9a372ddc9eea3e74f78f42a5d49e22013f123b9ea7f21ac885a5b89708d8b2e7', '278bbf3d0de726dbcce066b6abab73b4e010cf453881aa87a05eed8129b54ff7'),
	(6, '2026-09-01T09:02:00.000000Z', 'system', 'newsletter', 'catalogue.wording', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', '', '', '', '', '', '', '', '278bbf3d0de726dbcce066b6abab73b4e010cf453881aa87a05eed8129b54ff7', '98509590c96af560a439f068b409cbdc184868fff79a258521998382c36cbc68'),
	(7, '2026-09-01T09:02:00.000000Z', 'system', '', 'catalogue.form', '', 'news', '1368db4c66f94159c06d139f71e6a7651533ef3d71b370150d99260960964c56', '', '', '', '', '', '98509590c96af560a439f068b409cbdc184868fff79a258521998382c36cbc68', '2ab05f940ba34318f5c2af8f9cad3c033027c155e42cf3b9a18e0d050ac46701'),
	(8, '2026-09-01T09:02:00.000000Z', 'system', '', 'catalogue.form', '', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '', '', '', '', '', '2ab05f940ba34318f5c2af8f9cad3c033027c155e42cf3b9a18e0d050ac46701', '61928d2cee0a7cbc2167f5d61e1bc3296deb19d2af874961649507545f48adaa'),
	(9, '2026-09-01T09:02:00.000000Z', 'system', '', 'catalogue.form', '', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '', '', '', '', '', '61928d2cee0a7cbc2167f5d61e1bc3296deb19d2af874961649507545f48adaa', '2476894a3dbbe88f89a5e11e4945ef951de0ff51992d7f1432abaf1d6a956ace'),
	(10, '2026-09-01T09:02:00.000000Z', '88b98e452debfa26f921493aff776226', 'guide', 'permission.requested', '01d883046136b89608f7d60f41102ef2fd196691b82d75005f1273e026c84da6', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'form', 'a36a1304828f4617405d981d2f5e5cf7d7a79d0dffddfc518ea754deb1c7ca50', '', '15fc9ce14c3ddffbfa5f01797fdc92ceeb2370136f2e0a3d15195c849ea55f37'),
	(11, '2026-09-01T09:02:00.000000Z', '88b98e452debfa26f921493aff776226', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'form', 'def17fb5f3181a975e5fa185646b98dde96c9fbb45d17a42bb50f231df231d69', '15fc9ce14c3ddffbfa5f01797fdc92ceeb2370136f2e0a3d15195c849ea55f37', 'ee0d379d0f5430dbdbfc32eac6357500880def3a1df5686532931f30905c42d9'),
	(12, '2026-09-01T09:04:00.000000Z', '88b98e452debfa26f921493aff776226', 'guide', 'permission.confirmed', '01d883046136b89608f7d60f41102ef2fd196691b82d75005f1273e026c84da6', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'link', '615b9cd449f38a788afd63db749810284cd18d1eeca0e844f8d30c6016063ca7', 'ee0d379d0f5430dbdbfc32eac6357500880def3a1df5686532931f30905c42d9', '26a7ea3f5fab4ec4f90546d5a1dd310aeb99b4202c7aca193a77139ce550773e'),
	(13, '2026-09-01T09:04:00.000000Z', '88b98e452debfa26f921493aff776226', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'link', 'df66077de0f92f66249847b62771791ad1e6053649c319896a6a83cc6762e799', '26a7ea3f5fab4ec4f90546d5a1dd310aeb99b4202c7aca193a77139ce550773e', 'f4917121c9c61f599b5e7170594db12adf20eb3099ef78abf463fb0d3119e9d9'),
	(14, '2026-09-01T09:06:00.000000Z', '88b98e452debfa26f921493aff776226', 'newsletter', 'permission.withdrawn', '', '', '', '', 'en', '', 'one-click', '', 'f4917121c9c61f599b5e7170594db12adf20eb3099ef78abf463fb0d3119e9d9', '6db71690335f9eb343785402932f9c1095be97e3b5f09029458e6e220bad142a'),
	(15, '2026-09-01T09:07:00.000000Z', 'system', 'newsletter', 'catalogue.wording', '809f79e6db0827f993cb748ecd966cc2db2bd342ba0c4a43c5edcc386fca8ea5', '', '', '', '', '', '', '', '2476894a3dbbe88f89a5e11e4945ef951de0ff51992d7f1432abaf1d6a956ace', '12e2cce5c28d9f02dac072b0f8df0bb164f8987b91fb47d13bbca001315cf1dc'),
	(16, '2026-09-01T09:07:00.000000Z', 'e4adac7e10d08540e7ae8fff97c4db75', 'newsletter', 'permission.imported', '809f79e6db0827f993cb748ecd966cc2db2bd342ba0c4a43c5edcc386fca8ea5', '', '', '', 'en', '', 'import', 'abe1cf6fbafd3c84cd3bc4b709c11440999b27ebc885d22fd451a229bf3c505d', '', '7639680b49f863d5d9dd6c19fadd627a7230a43a03db4271a48e6b833fad038e'),
	(17, '2026-09-01T09:09:00.000000Z', '3463e4d007bcf07996d49e9af934f3e4', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '5567f531b4454fee8a8f9521c04d10879bafb484c6ee0f96922bc08bc519cdc1', '', '0ccc1f492e01e925c3c86c576d7159de9ce2e52171a17aea68e6b82ad5e234ec'),
	(18, '2026-09-01T09:11:00.000000Z', '3463e4d007bcf07996d49e9af934f3e4', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', 'df34424685fda4b1b2c221b607a110544d305a238881de20c57319c8534bb157', '0ccc1f492e01e925c3c86c576d7159de9ce2e52171a17aea68e6b82ad5e234ec', 'a19c4a0e8cc6447f79dde887792a1e9b60c5c0d7fb1afae29e51b7ce168cb726'),
	(19, '2026-09-01T09:11:00.000000Z', 'system', '', 'record.sealed', '', '', '', '', '', '', 'mailed', '3e0fbdd91d552ca1ca6a5a38b3daf29a34f280243b2769fa57d724e150005921', '12e2cce5c28d9f02dac072b0f8df0bb164f8987b91fb47d13bbca001315cf1dc', '9d3e1ef60735b7d908ba6b45fc018c92aa9da27607b16dd6bdad1da6d6a27ea8'),
	(20, '2026-09-01T09:13:00.000000Z', '3463e4d007bcf07996d49e9af934f3e4', 'newsletter', 'permission.paused', '', '', '', '', 'en', '', 'preferences', '07b40fbea83e387ec3cffc1f8335daa3e4edff103afbdae872bc9e776a4af61c', 'a19c4a0e8cc6447f79dde887792a1e9b60c5c0d7fb1afae29e51b7ce168cb726', '40bea4bb4980c37674a57b426c49ee4ab6fffa8b16bd2eb673517885a63630de'),
	(21, '2026-09-01T09:15:00.000000Z', '861a5ea3bc949245907e3626b05bbb78', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '6e3dfbcb0c60a2c3fae9cecc926bcb1badfce33596fdca0dd068597a0a9e9ac1', '', 'd63b2abba87299bbc815d6eb2c00d807513978eccbbb70491cbfb111de2e498b'),
	(22, '2026-09-01T09:17:00.000000Z', '861a5ea3bc949245907e3626b05bbb78', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', 'e0a0eb874075b84ac00cfbc8135f064e98771caf51ca07e9e22f5ff23cc1e308', 'd63b2abba87299bbc815d6eb2c00d807513978eccbbb70491cbfb111de2e498b', 'e05362fed3ad3c92f7b0a490e287278a2db64a754f8ed21d64c672336d294b39'),
	(23, '2026-09-01T09:19:00.000000Z', '0cdbe860a301a840854c9fcc845c9d87', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', 'f29ce2216d73e540ac89236338232bff0c574ce54b053619a9a766ebeb2500b9', '', 'a9766ebf2f01996f976db9139310c8475fa56cb11122168e4d1d9f0d20345221'),
	(24, '2026-09-01T09:21:00.000000Z', '0cdbe860a301a840854c9fcc845c9d87', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', 'a0885ec469ad0a5939e48ecc4438051c12727255bd0a5be39b11985f7c2f318a', 'a9766ebf2f01996f976db9139310c8475fa56cb11122168e4d1d9f0d20345221', 'b6fbf1fd163283b220e1647b41b437fb0646e92666194637f8beec2318e02fb9'),
	(25, '2026-09-01T09:23:00.000000Z', '0cdbe860a301a840854c9fcc845c9d87', '', 'permission.withdrawn', '', '', '', '', 'en', '', 'never-again', '', 'b6fbf1fd163283b220e1647b41b437fb0646e92666194637f8beec2318e02fb9', 'a29f6dd3688a1022a968a407bdb2d944c6e9c1720868bb4548f1081ab2e3fb4a'),
	(26, '2026-09-01T09:23:00.000000Z', 'suppression:c6f0a9cc23bf239e910aaef1c02fc1b9abcc057ca97ea1c066dddc9fb88d9488', '', 'suppression.added', '', '', '', '', '', '', 'rule', '7832599066b9e36e8f747be81936e10da94e070b1644aab8b7308e061d1bd2ab', '', 'ab7b76cee1c874a49f708561bd7a4874c445e5a8cbb73835a65aafbd5f7d5bb7'),
	(27, '2026-09-01T09:25:00.000000Z', 'b56f93022059748c1430792f8f7d2738', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', 'de455a040015dcfb3c00c5c41970de3247b01ef865a2f8e5b7d1297d9d8fea5e', '', 'b9f49774c128bddb8b9981769416aef609b45adfe4b19f0e641887bc2b89cf24'),
	(28, '2026-09-01T09:27:00.000000Z', 'b56f93022059748c1430792f8f7d2738', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', '5c9d369beb08111a5d598450549c99ae48bc275c844ea729bd8b0951696b18f9', 'b9f49774c128bddb8b9981769416aef609b45adfe4b19f0e641887bc2b89cf24', '25b500fcba8471b57989a7a3b4bd340c7e64d29e58b0b801f575801541f92c7a'),
	(29, '2026-09-01T09:28:00.000000Z', 'b56f93022059748c1430792f8f7d2738', '', 'permission.complained', '', '', '', '', '', '', 'operator', '9d1453aed4bbf48c50325936584df0008df18e7216ebc28fb8215db951e370d1', '25b500fcba8471b57989a7a3b4bd340c7e64d29e58b0b801f575801541f92c7a', '1fdfa12eba03942e247324260996b0693b4ead4e8c4fd8e0c9ea0219f7d22b37'),
	(30, '2026-09-01T09:28:00.000000Z', 'suppression:18d926f0272973a73c1dcd3ef6f747037e55844df81bd74edbd0afcb4f9e6b55', '', 'suppression.added', '', '', '', '', '', '', 'rule', '49fcec6059244623d4de2d008503153ab87648767eaba93cd34c09a2217d12ba', '', '241601553fcf6f1bb32abca926c3832001a5e5b6ee0d93e41c4b0c7da52216bd'),
	(31, '2026-09-01T09:29:00.000000Z', '7f709ac084c9e2cb62217513e8e8ba1f', '', 'permission.withdrawn', '', '', '', '', '', '', 'operator', 'e14c6e6a9f210fd415d96294ab08dc30e02c6171419ff1ed3bd06c8e0d6bd576', '', '80308735a95521408f7ff1378e38ae878933c01142e1097b5cd131c0ae823e36'),
	(32, '2026-09-01T09:29:00.000000Z', 'suppression:ac72da677bc0d82c3f2e6ce11b80426bc442cfd0b937bc4064f0769af4755d24', '', 'suppression.added', '', '', '', '', '', '', 'rule', '859100fb3f06f3979f79f96863cf36fd4a0de5469555c4af957824e038eba979', '', 'ce4617e9d2441969360d04a64f3c98565597b37ffb4acfa2e773d84727c453d0'),
	(33, '2026-09-01T09:30:00.000000Z', 'suppression:ac72da677bc0d82c3f2e6ce11b80426bc442cfd0b937bc4064f0769af4755d24', '', 'suppression.lifted', '', '', '', '', '', '', 'rule', '68da98a36f29a326c38a32a11cf0a7216b4df1ff28d6f2a9ec6f78f0d805f103', 'ce4617e9d2441969360d04a64f3c98565597b37ffb4acfa2e773d84727c453d0', '0dd63792bdb600696ce1f443eacd9c493bacda3b56fe04128cfabfecd7359f4e'),
	(34, '2026-09-01T09:32:00.000000Z', '95c24a0aa0bbd3e00052b7b5686a8e13', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '3defe83230ab8c5f672920a2c2fc8ebab7861d34b8b77281fe83e3da26be30af', '', '9b444b9b872911a06d599848b2ee5184ea7ae01414377e654e9d3f7fec896918'),
	(35, '2026-09-01T09:34:00.000000Z', '95c24a0aa0bbd3e00052b7b5686a8e13', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', '5152ffd94f17ece2ef753370f5af93b7f140e5af535c33603347019011282b32', '9b444b9b872911a06d599848b2ee5184ea7ae01414377e654e9d3f7fec896918', '281832d8d5404049bf810decb985bf4917baaf0a33283156f868def682bac62a'),
	(36, '2026-09-01T09:36:00.000000Z', '95c24a0aa0bbd3e00052b7b5686a8e13', '', 'access.asked', '', '', '', '', 'en', '', 'erase', '', '281832d8d5404049bf810decb985bf4917baaf0a33283156f868def682bac62a', '07fc185d29018bbd75984f6c719d0ba7150d4aba00afb957ae58ce6ac879521b'),
	(37, '2026-09-01T09:38:00.000000Z', '95c24a0aa0bbd3e00052b7b5686a8e13', '', 'permission.erased', '', '', '', '', 'en', '', 'link', '', '07fc185d29018bbd75984f6c719d0ba7150d4aba00afb957ae58ce6ac879521b', '4e2489e3774e9b96ca9e41a42a98f973be5d51741bb90706d979b4ae4f72647e'),
	(38, '2026-09-01T09:38:00.000000Z', 'suppression:bd6f90ad1dde03c3b1bc0b338390ef73d64bc53e8bdbfa076bc101032f465a44', '', 'suppression.added', '', '', '', '', '', '', 'rule', '7d95afbdae298d850e0df3931d45ea4c8e581961652856a7c46b65829a681cef', '', '20bd2a6d31a10a5ee758c9c83bbb4ede6d68a659ea616b84db6a042e12958764'),
	(39, '2026-09-01T09:40:00.000000Z', 'd7bac6e88943f0f55755a339b425b2c4', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '3daf1d24f7ea02179c49766eeffa4679e3b8a8a52b926db9745091278e9d2e8b', '', 'd8405f15e0644ffb43de1d1e0ab60492d6d71dadf2bd747f6f321b04b178172a'),
	(40, '2026-09-01T09:42:00.000000Z', 'd7bac6e88943f0f55755a339b425b2c4', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', 'b6ecc78aadc62bf46e926f9bab54087348a4b88e65e82d88a6aee741faad64a3', 'd8405f15e0644ffb43de1d1e0ab60492d6d71dadf2bd747f6f321b04b178172a', '95ab60f2b35410a619a5988e59ebef4fd2c48a638873d92f59508c8ebd543995'),
	(41, '2026-09-01T09:44:00.000000Z', 'd7bac6e88943f0f55755a339b425b2c4', '', 'access.asked', '', '', '', '', 'en', '', 'move', '24a6196af6f97d91576cb1ca4737c539812836ebfff78303c2d354ab68c27c86', '95ab60f2b35410a619a5988e59ebef4fd2c48a638873d92f59508c8ebd543995', '1d594f1ee382bd2e660a6a7ebbee3c953d17882194243c84e52022728239f64f'),
	(42, '2026-09-01T09:46:00.000000Z', 'd7bac6e88943f0f55755a339b425b2c4', '', 'access.asked', '', '', '', '', 'en', '', 'arrive', '9f04e0d56fe30f13c0164dc20e8ecb85d849ad3e3cfe71e9084f59f4bd4adac9', '1d594f1ee382bd2e660a6a7ebbee3c953d17882194243c84e52022728239f64f', '2c0b4777c3f224c61b53154a2e076ef7faa916ca4cd96e41b59486fea64f9265'),
	(43, '2026-09-01T09:48:00.000000Z', 'd7bac6e88943f0f55755a339b425b2c4', '', 'permission.changed', '', '', '', '', 'en', '', 'address', '67762f3ceb123559367fd2f86df62e9daac6b97c242ca90d87191dedf4a0e658', '2c0b4777c3f224c61b53154a2e076ef7faa916ca4cd96e41b59486fea64f9265', '165a170cb14edb6e081991a72f193c37d70dc3846e731648194037f19b5d561e'),
	(44, '2026-09-01T09:50:00.000000Z', 'a44218d7d0f95b72c7e603344ecb7612', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '0ef646612da83142e6cf49bbb323479ebdc08d2c5134534cf3a6a41ee7d6f561', '', '02fb34659231fd0e0d043d6f6384845481541ce464af0516f1b50e7aff609738'),
	(45, '2026-09-01T09:52:00.000000Z', 'c9c74ea35dd700ddb6f8aa8d1ccfdde0', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '48e038ec88926efc0ab6c9fd5212b1e4b866f90ec8b4d6d00ea83e7b479890e3', '', '7dbfa575140a860e1747cb2b1ccc76c7875f8d9f6beb12e906734d5f4ddffc10'),
	(46, '2026-09-01T09:52:00.000000Z', 'c9c74ea35dd700ddb6f8aa8d1ccfdde0', '', 'permission.bounced', '', '', '', '', '', '', 'bounce', '7bbd4734210aa892ef0a4cc311e5cecd6d3485245fc7b9e16713ea99306408fb', '7dbfa575140a860e1747cb2b1ccc76c7875f8d9f6beb12e906734d5f4ddffc10', '00f15812b9f8fc5670f4e247319f137a8537b5de1ac75d5c91de5080b8c0d551'),
	(47, '2026-09-01T09:52:00.000000Z', 'suppression:0e5c7095b0d5a6654914e34595568a3fe2098c5f09c9b80342467ccba89dbcaa', '', 'suppression.added', '', '', '', '', '', '', 'rule', '06a16287ce381f676106b54d6713911bacf298c3cad33b5575797f9af7c5b72f', '', 'ba9fe33d70f32e696a42d7e3a18e3ce88388514980003b556bd7ca68c1265eb2'),
	(48, '2026-10-11T09:53:00.000000Z', 'system', '', 'record.sealed', '', '', '', '', '', '', 'mailed', 'ef61c51d468e1ef333fd87fee90f6b247651168ceecf2293f38df0d0bb6b2995', '9d3e1ef60735b7d908ba6b45fc018c92aa9da27607b16dd6bdad1da6d6a27ea8', '346ad0df31af8a78c7af95bf8b6a45e04937c13e671b7d1b82357141f4f20c32'),
	(49, '2026-10-11T09:55:00.000000Z', '5eb4971710c158e56351cfda87128a85', 'guide', 'permission.requested', '01d883046136b89608f7d60f41102ef2fd196691b82d75005f1273e026c84da6', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'form', '7c52b6f70efa86e497d40a44bcce48799413366123debd7dbf13e0a4fab650ca', '', '244c6125bf1a662550c730c88b70be18271c7e87bdfd1c8fbd882999e71afdaf'),
	(50, '2026-10-11T09:55:00.000000Z', '5eb4971710c158e56351cfda87128a85', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'form', '52653d467f24f8754236142194bdbd2e035e8180860ae03a3b1b70ee6da15fa5', '244c6125bf1a662550c730c88b70be18271c7e87bdfd1c8fbd882999e71afdaf', 'f520bc1c4385a4f73770a9aa903b5ac5bcc90d833bbf2e24ac1001244cc1d0c8'),
	(63, '2026-10-11T10:05:00.000000Z', '868f07fe6dd274109dadff0da1983f5d', 'newsletter', 'permission.declined', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', '', 'db2729183611d7ea720fa773a85e0be6fba8571559609899465403329aea4be4', '745b707ec7af57646aa05369fd63136af8a51bf71c9a6a645bb08422e96598c5'),
	(64, '2026-10-11T10:07:00.000000Z', 'a9e581c521978dfc348d251ef053bc51', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form-quarantined', '9c1f683389a419723bd24434f8103d87544a8964e3b5716af47209607d024278', '', '53eed7f5739fb6e5daa7d7b0b3bd573cb3740a6204e3a3da1a75e52e83a7eb8c'),
	(65, '2026-10-11T10:09:00.000000Z', '624f79fd5a634afd751e5360cfa70e24', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form-quarantined', '6c1e3bfb5ab3ea4144c00b7a57d79ae8198e819bab6558f885f347fbfa186b90', '', '28b40db80aa321cfbf6714aa44c93a2c02c179e332e0264d4c93158517c0a169'),
	(66, '2026-10-11T10:11:00.000000Z', 'cd50fbc284221c1156a3ed23b36a34ca', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form-quarantined', '2f6abd86102eca6872ade1374c531746fc9040bf6282142b64dbe6592db08182', '', '4d12f952733a71a59f1f78a4e054980d38a2d51759bf5a229356be6f9c835371'),
	(51, '2026-10-11T09:53:00.000000Z', 'd7bac6e88943f0f55755a339b425b2c4', 'newsletter', 'permission.expired', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '', 'en', '', 'purge', '2219702c18f58128db6485b74971a2e8aced695cbdbe6fa18a39268e47657c1a', '165a170cb14edb6e081991a72f193c37d70dc3846e731648194037f19b5d561e', 'cf5a3b135afce4a9c865301c6817a7d533d7d5800bac609f19de3903a8e824cc'),
	(52, '2026-10-11T09:53:00.000000Z', 'a44218d7d0f95b72c7e603344ecb7612', 'newsletter', 'permission.expired', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '', 'en', '', 'purge', '54eeec6a7e4b80242e1caf401b61802e81cfdd6b06852a2d29936ba21aea81a4', '02fb34659231fd0e0d043d6f6384845481541ce464af0516f1b50e7aff609738', '2472ab04a6bebc4485983de305f20b89b87c78591d7e74df914d94a2fe24b530'),
	(53, '2026-10-11T09:53:00.000000Z', '7f709ac084c9e2cb62217513e8e8ba1f', '', 'permission.erased', '', '', '', '', '', '', 'purge', '', '80308735a95521408f7ff1378e38ae878933c01142e1097b5cd131c0ae823e36', 'ff3fff8964eff7853bfe3b2caa8a721b4a77d59e24afd171c27e342f7a12564b'),
	(54, '2026-10-11T09:53:00.000000Z', 'suppression:ac72da677bc0d82c3f2e6ce11b80426bc442cfd0b937bc4064f0769af4755d24', '', 'suppression.added', '', '', '', '', '', '', 'rule', '8733abb01048ced3a023a7ed07ab786086e2ad0b42d8fdf8e2d3036eeca86224', '0dd63792bdb600696ce1f443eacd9c493bacda3b56fe04128cfabfecd7359f4e', 'f38f6a6127d108842b5cfcdfe11f90e5df53c043e748d12ae53f6666ae2d808d'),
	(55, '2026-10-11T09:53:00.000000Z', 'a44218d7d0f95b72c7e603344ecb7612', '', 'permission.erased', '', '', '', '', '', '', 'purge', '', '2472ab04a6bebc4485983de305f20b89b87c78591d7e74df914d94a2fe24b530', 'bfd29fb664a309e84a95e88b74a6dfe98b64e9c3b746d13849167b814731c817'),
	(56, '2026-10-11T09:53:00.000000Z', 'c9c74ea35dd700ddb6f8aa8d1ccfdde0', '', 'permission.erased', '', '', '', '', '', '', 'purge', '', '00f15812b9f8fc5670f4e247319f137a8537b5de1ac75d5c91de5080b8c0d551', '7474d4d128cdbfdb279cfc3a5da202dccb4903041ec70cb18bfdf191738c9844'),
	(57, '2026-10-11T09:53:00.000000Z', 'suppression:0e5c7095b0d5a6654914e34595568a3fe2098c5f09c9b80342467ccba89dbcaa', '', 'suppression.added', '', '', '', '', '', '', 'rule', '036dc8f83eae90d38d855dcdadfa15bdbe59557db9a987578b21d2397ce1e2ab', 'ba9fe33d70f32e696a42d7e3a18e3ce88388514980003b556bd7ca68c1265eb2', '32a7777fbbe8df0ffad96da29a3637e5e803c797e27d46b60daddfaf2358b5d5'),
	(58, '2026-10-11T09:57:00.000000Z', '5eb4971710c158e56351cfda87128a85', 'guide', 'permission.confirmed', '01d883046136b89608f7d60f41102ef2fd196691b82d75005f1273e026c84da6', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'link', '95cab698fd7f52e25512b54d76b18370fad4308081f0aa68b91c1cc434a2c1ca', 'f520bc1c4385a4f73770a9aa903b5ac5bcc90d833bbf2e24ac1001244cc1d0c8', 'c10ffb59a02fb0490c95286316c59e6e07003aa62ce15bf1fcc33185743a5906'),
	(59, '2026-10-11T09:57:00.000000Z', '5eb4971710c158e56351cfda87128a85', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'guide', '63c079a02a9ffdd9de4e6f7bfbccfd14f6fda44edc1bf29dc42769aef78ef5db', '/articles/one/', 'en', '', 'link', '9f3ae993f19b914370d05752aed6b6f7f2dc331832a8c7dc5ad6900f84792780', 'c10ffb59a02fb0490c95286316c59e6e07003aa62ce15bf1fcc33185743a5906', 'cb6afc6cd8f7f79f8a5f11787ffc6cf2d53fe765c01c48a10082d05a5f7f02b5'),
	(60, '2026-10-11T09:59:00.000000Z', '5eb4971710c158e56351cfda87128a85', 'newsletter', 'permission.changed', '', '', '', '', 'en', '', 'preferences', '599b390df47ea02661da473f950ceae46c93db5ed3c85313102f88e353c5db8b', 'cb6afc6cd8f7f79f8a5f11787ffc6cf2d53fe765c01c48a10082d05a5f7f02b5', '0d5e7fa40ded94b5ea26c289b73348127696376b883290e2dbee2780058d9fe0'),
	(61, '2026-10-11T10:01:00.000000Z', '5eb4971710c158e56351cfda87128a85', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '3de559f79c365e5238a5bb88ac29fd6e12992404b571d7ed2fb8e22ce2d867ed', '0d5e7fa40ded94b5ea26c289b73348127696376b883290e2dbee2780058d9fe0', '6e67de45312f75a61ae194cc3853cee394d5a1bcd7f4eee180c43578a46f6873'),
	(62, '2026-10-11T10:03:00.000000Z', '868f07fe6dd274109dadff0da1983f5d', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '3e1c27a6f82cae18efae8a5b14472d7038c7f484cbf34b1eaf3e608a4ddf82e9', '', 'db2729183611d7ea720fa773a85e0be6fba8571559609899465403329aea4be4'),
	(67, '2026-10-11T10:13:00.000000Z', 'a9e581c521978dfc348d251ef053bc51', '', 'quarantine.discarded', '', '', '', '', '', '', 'operator', 'aa90ca4c0999aa600d5051c61da7c65554145790e3717de137e4371d655ff604', '53eed7f5739fb6e5daa7d7b0b3bd573cb3740a6204e3a3da1a75e52e83a7eb8c', '957ffe9ec7f23deceb1aa5003c1c50d24a740bbf53b2ac3646afaed3ef047706'),
	(68, '2026-10-11T10:14:00.000000Z', '624f79fd5a634afd751e5360cfa70e24', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form-released', '9001f71269d7ab1a080b4d1edf8c1993942b13453c437404e276b342716a53be', '28b40db80aa321cfbf6714aa44c93a2c02c179e332e0264d4c93158517c0a169', 'dc0b0a53d4df31902b598ec4f9da57c8f4514244854e44918390cb781380ef39'),
	(69, '2026-10-11T10:16:00.000000Z', '3d708a2693066a9fbc1fb71d50dd2fc1', 'newsletter', 'permission.requested', '29ed2aa65a103ebae4b70025ec4402fe29070fe77820ac3e8cb42f342f9e8efc', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'es', '', 'form', '08e1544c23ab71d9682b729ddaabca76f2941a649ba6344cb8420f97c2c0ff7f', '', '7bc42f85dfebf8fea3b3179ef8812faaa08a74e4529222e3fc37878090381818'),
	(70, '2026-10-11T10:18:00.000000Z', 'c1a2b068907d9adc6b1c18a2ebffda96', 'newsletter', 'permission.requested', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'form', '33a91120e3967b6ae5164e127be77ad1d32c2faafb854f846ab75515cc86f2c9', '', '7c30b75ab49acf755ce6c5f457ff9913766c1c1b7f172f32c8f8c8d9b72ffcf1'),
	(71, '2026-10-11T10:20:00.000000Z', 'c1a2b068907d9adc6b1c18a2ebffda96', 'newsletter', 'permission.confirmed', '75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', '502f4bfa7d4b98d06e66671a44dfba3c3d19d1dbe815f7b08b0a0f68ca9ba13d', '/articles/one/', 'en', '', 'link', '20de4ff2695419f3f675e259d48ff8f76f6015e0e2699635e0164b91c4177d2a', '7c30b75ab49acf755ce6c5f457ff9913766c1c1b7f172f32c8f8c8d9b72ffcf1', 'b7f6f52c97ab5d95798f12cee19f657ab557778b3692cf750c67e7412684d573'),
	(72, '2026-10-11T10:22:00.000000Z', 'c1a2b068907d9adc6b1c18a2ebffda96', '', 'access.asked', '', '', '', '', 'en', '', 'erase', '', 'b7f6f52c97ab5d95798f12cee19f657ab557778b3692cf750c67e7412684d573', '31817131423a779bb4d7798fd3ea88d10c5af0bf551c472057794069f698292c'),
	(73, '2026-10-11T10:24:00.000000Z', 'caabd52ee465a8d00951f486d3464009', 'news', 'permission.requested', '1a63c6e41a74241db1f7eda215506aa88e75c14c0e9be357ccd44bd344638957', 'news', '1368db4c66f94159c06d139f71e6a7651533ef3d71b370150d99260960964c56', '/articles/one/', 'en', '', 'form', '15137d6e2b71979c365059343dce7e50e9efd5ad82c9f4e66a75599c72541538', '', '3022df0d7c6c34a41f2d7bb8e2666785f41d1a42d55da7b4ab8af7260bcd83f0');
INSERT INTO public.outbox VALUES
	(22, 'confirm:49', 'confirm', '5eb4971710c158e56351cfda87128a85', '[49, 50]', '72030c94c76c091323bc1937fd1d00ec', 49, '2026-10-11T09:55:00.000000Z', '2026-10-11T09:55:00.000000Z', 1, 'sent', '<ca65811e74cb6247cf22ecb8bc21d8b4@example.org>', '250 2.0.0 kept', '2026-10-11T09:55:00.000000Z', 50),
	(1, 'confirm:10', 'confirm', '88b98e452debfa26f921493aff776226', '[10, 11]', '3efd4aeecae7ff4f0a5c946bf7e88d69', 10, '2026-09-01T09:02:00.000000Z', '2026-09-01T09:02:00.000000Z', 1, 'sent', '<e32fe822964c61b6919efa50e68c49e2@example.org>', '250 2.0.0 kept', '2026-09-01T09:02:00.000000Z', 11),
	(2, 'receipt:12', 'receipt', '88b98e452debfa26f921493aff776226', '[12, 13]', '', 12, '2026-09-01T09:04:00.000000Z', '2026-09-01T09:04:00.000000Z', 1, 'sent', '<ad9ca03420787e01f62c7009fd06e500@example.org>', '250 2.0.0 kept', '2026-09-01T09:04:00.000000Z', 13),
	(23, 'receipt:58', 'receipt', '5eb4971710c158e56351cfda87128a85', '[58, 59]', '', 58, '2026-10-11T09:57:00.000000Z', '2026-10-11T09:57:00.000000Z', 1, 'sent', '<a4ee79b6b3fa658923f978698bca1ded@example.org>', '250 2.0.0 kept', '2026-10-11T09:57:00.000000Z', 59),
	(3, 'confirm:17', 'confirm', '3463e4d007bcf07996d49e9af934f3e4', '[17]', 'cdcef05f7c6a15948c71e9cbc7f688fa', 17, '2026-09-01T09:09:00.000000Z', '2026-09-01T09:09:00.000000Z', 1, 'sent', '<fd848158bdff4baa654d9fd197e6cf7e@example.org>', '250 2.0.0 kept', '2026-09-01T09:09:00.000000Z', 17),
	(24, 'already:61', 'already', '5eb4971710c158e56351cfda87128a85', '[61]', '', 61, '2026-10-11T10:01:00.000000Z', '2026-10-11T10:01:00.000000Z', 1, 'sent', '<2372462e6b0d13203fb583dd50d7abf8@example.org>', '250 2.0.0 kept', '2026-10-11T10:01:00.000000Z', 61),
	(4, 'receipt:18', 'receipt', '3463e4d007bcf07996d49e9af934f3e4', '[18]', '', 18, '2026-09-01T09:11:00.000000Z', '2026-09-01T09:11:00.000000Z', 1, 'sent', '<9b24b6c2a0e97f63c22c7639449b65c9@example.org>', '250 2.0.0 kept', '2026-09-01T09:11:00.000000Z', 18),
	(5, 'sealed:19', 'sealed', 'system', '[19]', '', 19, '2026-09-01T09:11:00.000000Z', '2026-09-01T09:11:00.000000Z', 1, 'sent', '<ba08702bf1c689b92d7fcb332780449f@example.org>', '250 2.0.0 kept', '2026-09-01T09:11:00.000000Z', 19),
	(25, 'confirm:62', 'confirm', '868f07fe6dd274109dadff0da1983f5d', '[62]', '543a003a53ef939d5a7ebc9c20cda419', 62, '2026-10-11T10:03:00.000000Z', '2026-10-11T10:03:00.000000Z', 1, 'sent', '<7269c94bc3281d46bda0aab0ae834e18@example.org>', '250 2.0.0 kept', '2026-10-11T10:03:00.000000Z', 62),
	(6, 'confirm:21', 'confirm', '861a5ea3bc949245907e3626b05bbb78', '[21]', '4aa6a89ec46df3f89a91253c290bbb1a', 21, '2026-09-01T09:15:00.000000Z', '2026-09-01T09:15:00.000000Z', 1, 'sent', '<d6151cc0ddc9a178be5e6cb5eabffadd@example.org>', '250 2.0.0 kept', '2026-09-01T09:15:00.000000Z', 21),
	(26, 'confirm:68', 'confirm', '624f79fd5a634afd751e5360cfa70e24', '[68]', '86e60f19fc6c70fcc47e16254652214b', 68, '2026-10-11T10:14:00.000000Z', '2026-10-11T10:14:00.000000Z', 1, 'sent', '<d55151537e7c0b5de36ad2f8f6b1b205@example.org>', '250 2.0.0 kept', '2026-10-11T10:14:00.000000Z', 68),
	(7, 'receipt:22', 'receipt', '861a5ea3bc949245907e3626b05bbb78', '[22]', '', 22, '2026-09-01T09:17:00.000000Z', '2026-09-01T09:17:00.000000Z', 1, 'sent', '<280457e8106c40f0e75ae6b7c568807f@example.org>', '250 2.0.0 kept', '2026-09-01T09:17:00.000000Z', 22),
	(8, 'confirm:23', 'confirm', '0cdbe860a301a840854c9fcc845c9d87', '[23]', '30d98a2637c7f5d7f82e2c5427b5176e', 23, '2026-09-01T09:19:00.000000Z', '2026-09-01T09:19:00.000000Z', 1, 'sent', '<fb7425b33f3e46c0d506465b2b1228ff@example.org>', '250 2.0.0 kept', '2026-09-01T09:19:00.000000Z', 23),
	(27, 'confirm:69', 'confirm', '3d708a2693066a9fbc1fb71d50dd2fc1', '[69]', 'f82f95040d36b0f2ff71f2a5f791fcd0', 69, '2026-10-11T10:16:00.000000Z', '2026-10-11T10:16:00.000000Z', 1, 'sent', '<dae402aef45dfdb6381f598e1ef135c5@example.org>', '250 2.0.0 kept', '2026-10-11T10:16:00.000000Z', 69),
	(9, 'receipt:24', 'receipt', '0cdbe860a301a840854c9fcc845c9d87', '[24]', '', 24, '2026-09-01T09:21:00.000000Z', '2026-09-01T09:21:00.000000Z', 1, 'sent', '<9b556b5768f9e21010c806fad8797776@example.org>', '250 2.0.0 kept', '2026-09-01T09:21:00.000000Z', 24),
	(10, 'confirm:27', 'confirm', 'b56f93022059748c1430792f8f7d2738', '[27]', '8ce81be94de894536a6c2039d8fc1623', 27, '2026-09-01T09:25:00.000000Z', '2026-09-01T09:25:00.000000Z', 1, 'sent', '<25f6b99128b2697a851b77c717c0f336@example.org>', '250 2.0.0 kept', '2026-09-01T09:25:00.000000Z', 27),
	(11, 'receipt:28', 'receipt', 'b56f93022059748c1430792f8f7d2738', '[28]', '', 28, '2026-09-01T09:27:00.000000Z', '2026-09-01T09:27:00.000000Z', 1, 'sent', '<b092b59a72d1d417fb9fa349bacb9bb5@example.org>', '250 2.0.0 kept', '2026-09-01T09:27:00.000000Z', 28),
	(12, 'confirm:34', 'confirm', '95c24a0aa0bbd3e00052b7b5686a8e13', '[34]', '', 34, '2026-09-01T09:32:00.000000Z', '2026-09-01T09:32:00.000000Z', 1, 'sent', '<e2089e42f0b36107f3f23601d64e169d@example.org>', '', '2026-09-01T09:32:00.000000Z', 34),
	(13, 'receipt:35', 'receipt', '95c24a0aa0bbd3e00052b7b5686a8e13', '[35]', '', 35, '2026-09-01T09:34:00.000000Z', '2026-09-01T09:34:00.000000Z', 1, 'sent', '<7ac808e6a357a8cd6d53cffb2685fd3c@example.org>', '', '2026-09-01T09:34:00.000000Z', 35),
	(14, 'erase:36', 'erase', '95c24a0aa0bbd3e00052b7b5686a8e13', '[36]', '', 36, '2026-09-01T09:36:00.000000Z', '2026-09-01T09:36:00.000000Z', 1, 'sent', '<6cc8015d66f36b90820a131c699e9b99@example.org>', '', '2026-09-01T09:36:00.000000Z', 36),
	(15, 'confirm:39', 'confirm', 'd7bac6e88943f0f55755a339b425b2c4', '[39]', 'f0da183c0e849f08b5d054db2645c666', 39, '2026-09-01T09:40:00.000000Z', '2026-09-01T09:40:00.000000Z', 1, 'sent', '<8f4e90d90988175b3da86b660ce01c29@example.org>', '250 2.0.0 kept', '2026-09-01T09:40:00.000000Z', 39),
	(16, 'receipt:40', 'receipt', 'd7bac6e88943f0f55755a339b425b2c4', '[40]', '', 40, '2026-09-01T09:42:00.000000Z', '2026-09-01T09:42:00.000000Z', 1, 'sent', '<9b715fdacab826e6728cdef36b483d25@example.org>', '250 2.0.0 kept', '2026-09-01T09:42:00.000000Z', 40),
	(17, 'move:41', 'move', 'd7bac6e88943f0f55755a339b425b2c4', '[41]', '', 41, '2026-09-01T09:44:00.000000Z', '2026-09-01T09:44:00.000000Z', 1, 'sent', '<c2a7c961b8e799f984283e664b72de15@example.org>', '250 2.0.0 kept', '2026-09-01T09:44:00.000000Z', 41),
	(18, 'arrive:42', 'arrive', 'd7bac6e88943f0f55755a339b425b2c4', '[42]', '', 42, '2026-09-01T09:46:00.000000Z', '2026-09-01T09:46:00.000000Z', 1, 'sent', '<d972d7db69596002697e2acfd4b2fd62@example.org>', '250 2.0.0 kept', '2026-09-01T09:46:00.000000Z', 42),
	(21, 'sealed:48', 'sealed', 'system', '[48]', '', 48, '2026-10-11T09:53:00.000000Z', '2026-10-11T09:53:00.000000Z', 1, 'sent', '<f91e26f388c98106b9532514238dde9c@example.org>', '250 2.0.0 kept', '2026-10-11T09:53:00.000000Z', 48),
	(19, 'confirm:44', 'confirm', 'a44218d7d0f95b72c7e603344ecb7612', '[44]', '', 44, '2026-09-01T09:50:00.000000Z', '2026-09-01T09:50:00.000000Z', 1, 'sent', '<e902c279cfbe482012b0c55350c9e976@example.org>', '', '2026-09-01T09:50:00.000000Z', 44),
	(20, 'confirm:45', 'confirm', 'c9c74ea35dd700ddb6f8aa8d1ccfdde0', '[45]', '', 45, '2026-09-01T09:52:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'refused', '<bcec95087ee15ff8a18a9906e79bd9c6@example.org>', '', '2026-09-01T09:52:00.000000Z', 45),
	(28, 'confirm:70', 'confirm', 'c1a2b068907d9adc6b1c18a2ebffda96', '[70]', '8b39893af19c230fd36295b5dcd251c9', 70, '2026-10-11T10:18:00.000000Z', '2026-10-11T10:18:00.000000Z', 1, 'sent', '<4c44bbb4e0d0881d8b94b14513265fe7@example.org>', '250 2.0.0 kept', '2026-10-11T10:18:00.000000Z', 70),
	(29, 'receipt:71', 'receipt', 'c1a2b068907d9adc6b1c18a2ebffda96', '[71]', '', 71, '2026-10-11T10:20:00.000000Z', '2026-10-11T10:20:00.000000Z', 1, 'sent', '<0cb6d5598e42d313003e4d6264615253@example.org>', '250 2.0.0 kept', '2026-10-11T10:20:00.000000Z', 71),
	(30, 'erase:72', 'erase', 'c1a2b068907d9adc6b1c18a2ebffda96', '[72]', '', 72, '2026-10-11T10:22:00.000000Z', '2026-10-11T10:22:00.000000Z', 1, 'sent', '<d9ae41f07ea5be3cbb5837346c3aaa8d@example.org>', '250 2.0.0 kept', '2026-10-11T10:22:00.000000Z', 72),
	(31, 'confirm:73', 'confirm', 'caabd52ee465a8d00951f486d3464009', '[73]', 'cd5f81d576cada1a42a0625327c94ba5', 73, '2026-10-11T10:24:00.000000Z', '2026-10-11T10:26:00.115531Z', 3, 'waiting', '<f28ddd9bdcd3881fe3f68147f5233dc2@example.org>', '451 4.3.0 try again later', '2026-10-11T10:26:00.000000Z', 73);
INSERT INTO public.pending VALUES
	('543a003a53ef939d5a7ebc9c20cda419', '868f07fe6dd274109dadff0da1983f5d', '[62]', '2026-10-25T10:03:00.000000Z'),
	('b9c48d75dbcaabdadad306545cba4729', 'a9e581c521978dfc348d251ef053bc51', '[64]', '2026-10-25T10:07:00.000000Z'),
	('fe3844985a59c05585876331950dc9fe', '624f79fd5a634afd751e5360cfa70e24', '[65]', '2026-10-25T10:09:00.000000Z'),
	('5517a205f4257f30442898aaf2e5089d', 'cd50fbc284221c1156a3ed23b36a34ca', '[66]', '2026-10-25T10:11:00.000000Z'),
	('86e60f19fc6c70fcc47e16254652214b', '624f79fd5a634afd751e5360cfa70e24', '[68]', '2026-10-25T10:14:00.000000Z'),
	('f82f95040d36b0f2ff71f2a5f791fcd0', '3d708a2693066a9fbc1fb71d50dd2fc1', '[69]', '2026-10-25T10:16:00.000000Z'),
	('8b39893af19c230fd36295b5dcd251c9', 'c1a2b068907d9adc6b1c18a2ebffda96', '[70]', '2026-10-25T10:18:00.000000Z'),
	('cd5f81d576cada1a42a0625327c94ba5', 'caabd52ee465a8d00951f486d3464009', '[73]', '2026-10-25T10:24:00.000000Z'),
	('72030c94c76c091323bc1937fd1d00ec', '5eb4971710c158e56351cfda87128a85', '[49, 50]', '2026-10-25T09:55:00.000000Z');
INSERT INTO public.setting VALUES
	('suppression-key-fingerprint', '33007921b4d180fde7a3f92aa8a4a6c4c89e99c45655d887c2a5b5281de89e5d'),
	('suppression-key-id', '33007921'),
	('confirmations-turn', ''),
	('checkpoint-key-6a3e8c0199957c0f', '9f71c91ed88e43016babfa00b439a8574a6562d60f38d2b1c1f9a0cd711beb94');
INSERT INTO public.suppression VALUES
	('c6f0a9cc23bf239e910aaef1c02fc1b9abcc057ca97ea1c066dddc9fb88d9488', 'all', '33007921', 'never again, said by themselves', '2026-09-01T09:23:00.000000Z'),
	('18d926f0272973a73c1dcd3ef6f747037e55844df81bd74edbd0afcb4f9e6b55', 'all', '33007921', 'complained', '2026-09-01T09:28:00.000000Z'),
	('bd6f90ad1dde03c3b1bc0b338390ef73d64bc53e8bdbfa076bc101032f465a44', 'marketing', '33007921', 'erased', '2026-09-01T09:38:00.000000Z'),
	('0e5c7095b0d5a6654914e34595568a3fe2098c5f09c9b80342467ccba89dbcaa', 'all', '33007921', 'bounced', '2026-09-01T09:52:00.000000Z'),
	('ac72da677bc0d82c3f2e6ce11b80426bc442cfd0b937bc4064f0769af4755d24', 'marketing', '33007921', 'declined', '2026-10-11T09:53:00.000000Z'),
	('0e5c7095b0d5a6654914e34595568a3fe2098c5f09c9b80342467ccba89dbcaa', 'marketing', '33007921', 'declined', '2026-10-11T09:53:00.000000Z');
INSERT INTO public.webhook VALUES
	(1, '5c150cbcdc5ecaae', 12, '2026-09-01T09:04:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(2, '5c150cbcdc5ecaae', 13, '2026-09-01T09:04:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(3, '5c150cbcdc5ecaae', 14, '2026-09-01T09:06:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(4, '5c150cbcdc5ecaae', 18, '2026-09-01T09:11:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(5, '5c150cbcdc5ecaae', 20, '2026-09-01T09:13:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(6, '5c150cbcdc5ecaae', 22, '2026-09-01T09:17:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(7, '5c150cbcdc5ecaae', 24, '2026-09-01T09:21:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(8, '5c150cbcdc5ecaae', 25, '2026-09-01T09:23:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(9, '5c150cbcdc5ecaae', 28, '2026-09-01T09:27:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(10, '5c150cbcdc5ecaae', 35, '2026-09-01T09:34:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(11, '5c150cbcdc5ecaae', 37, '2026-09-01T09:38:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(12, '5c150cbcdc5ecaae', 40, '2026-09-01T09:42:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(13, '5c150cbcdc5ecaae', 43, '2026-09-01T09:48:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(14, '5c150cbcdc5ecaae', 46, '2026-09-01T09:52:00.000000Z', '2026-09-01T09:52:00.000000Z', 1, 'done', '204', '2026-09-01T09:52:00.000000Z'),
	(15, '5c150cbcdc5ecaae', 53, '2026-10-11T09:53:00.000000Z', '2026-10-11T10:24:04.859411Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z'),
	(16, '5c150cbcdc5ecaae', 55, '2026-10-11T09:53:00.000000Z', '2026-10-11T10:24:05.735863Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z'),
	(17, '5c150cbcdc5ecaae', 56, '2026-10-11T09:53:00.000000Z', '2026-10-11T10:24:05.476649Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z'),
	(18, '5c150cbcdc5ecaae', 58, '2026-10-11T09:57:00.000000Z', '2026-10-11T10:24:05.162473Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z'),
	(19, '5c150cbcdc5ecaae', 59, '2026-10-11T09:57:00.000000Z', '2026-10-11T10:24:03.784507Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z'),
	(20, '5c150cbcdc5ecaae', 60, '2026-10-11T09:59:00.000000Z', '2026-10-11T10:24:05.606123Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z'),
	(21, '5c150cbcdc5ecaae', 63, '2026-10-11T10:05:00.000000Z', '2026-10-11T10:24:04.780727Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z'),
	(22, '5c150cbcdc5ecaae', 71, '2026-10-11T10:20:00.000000Z', '2026-10-11T10:24:05.412264Z', 1, 'waiting', '500', '2026-10-11T10:24:00.000000Z');
INSERT INTO public.wording VALUES
	('01d883046136b89608f7d60f41102ef2fd196691b82d75005f1273e026c84da6', 'guide', 'en', 'Send me the guide <once>.', '{"controller":{"address":"1 Main St, Springfield","email":"hello@example.org","name":"Example & Co"},"language":"en","lasts":"once","privacy":"/privacy/","purpose":"guide","text":"Send me the guide <once>.","version":1}', '2026-09-01T09:02:00.000000Z'),
	('1a63c6e41a74241db1f7eda215506aa88e75c14c0e9be357ccd44bd344638957', 'news', 'en', 'Tell me what is new.', '{"controller":{"address":"1 Main St, Springfield","email":"hello@example.org","name":"Example & Co"},"language":"en","lasts":"standing","privacy":"/privacy/","purpose":"news","text":"Tell me what is new.","version":1}', '2026-09-01T09:02:00.000000Z'),
	('29ed2aa65a103ebae4b70025ec4402fe29070fe77820ac3e8cb42f342f9e8efc', 'newsletter', 'es', 'Envíame el boletín mensual. Puedo darme de baja cuando quiera.', '{"controller":{"address":"1 Main St, Springfield","email":"hello@example.org","name":"Example & Co"},"language":"es","lasts":"standing","privacy":"/es/privacidad/","purpose":"newsletter","text":"Envíame el boletín mensual. Puedo darme de baja cuando quiera.","version":3}', '2026-09-01T09:02:00.000000Z'),
	('657b3ea7b31d9b1cbdbdd612f5644953a91e009aa55eb983d9e2c51fcb8e55df', 'guide', 'es', 'Envíame la guía una vez.', '{"controller":{"address":"1 Main St, Springfield","email":"hello@example.org","name":"Example & Co"},"language":"es","lasts":"once","privacy":"/es/privacidad/","purpose":"guide","text":"Envíame la guía una vez.","version":1}', '2026-09-01T09:02:00.000000Z'),
	('69260cbbb15e8b3e4fca72fa451302c6939169f574e115633615a19ce29e4216', 'news', 'es', 'Contadme qué hay de nuevo.', '{"controller":{"address":"1 Main St, Springfield","email":"hello@example.org","name":"Example & Co"},"language":"es","lasts":"standing","privacy":"/es/privacidad/","purpose":"news","text":"Contadme qué hay de nuevo.","version":1}', '2026-09-01T09:02:00.000000Z'),
	('75f2f2e9cfc4b8c2c8e30854aff36c78dc28dc6df7b22d98ec55526f24dc0d90', 'newsletter', 'en', 'Send me the monthly newsletter. I can leave at any time.', '{"controller":{"address":"1 Main St, Springfield","email":"hello@example.org","name":"Example & Co"},"language":"en","lasts":"standing","privacy":"/privacy/","purpose":"newsletter","text":"Send me the monthly newsletter. I can leave at any time.","version":3}', '2026-09-01T09:02:00.000000Z'),
	('809f79e6db0827f993cb748ecd966cc2db2bd342ba0c4a43c5edcc386fca8ea5', 'newsletter', 'en', 'Send me the newsletter.', '{"controller":{"address":"1 Main St, Springfield","email":"hello@example.org","name":"Example & Co"},"language":"en","lasts":"standing","privacy":"/privacy/","purpose":"newsletter","text":"Send me the newsletter.","version":0}', '2026-09-01T09:07:00.000000Z');
SELECT pg_catalog.setval('public.checkpoint_id_seq', 1, false);
SELECT pg_catalog.setval('public.ledger_seq', 73, true);
SELECT pg_catalog.setval('public.outbox_id_seq', 31, true);
SELECT pg_catalog.setval('public.webhook_id_seq', 22, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT pk_checkpoint PRIMARY KEY (id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT pk_contact PRIMARY KEY (id);
ALTER TABLE ONLY public.detail
    ADD CONSTRAINT pk_detail PRIMARY KEY (event);
ALTER TABLE ONLY public.form
    ADD CONSTRAINT pk_form PRIMARY KEY (version);
ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT pk_ledger PRIMARY KEY (seq);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.pending
    ADD CONSTRAINT pk_pending PRIMARY KEY (id);
ALTER TABLE ONLY public.setting
    ADD CONSTRAINT pk_setting PRIMARY KEY (name);
ALTER TABLE ONLY public.spent
    ADD CONSTRAINT pk_spent PRIMARY KEY (nonce);
ALTER TABLE ONLY public.suppression
    ADD CONSTRAINT pk_suppression PRIMARY KEY (address, scope);
ALTER TABLE ONLY public.webhook
    ADD CONSTRAINT pk_webhook PRIMARY KEY (id);
ALTER TABLE ONLY public.wording
    ADD CONSTRAINT pk_wording PRIMARY KEY (digest);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT uq_contact_key UNIQUE (key);
ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT uq_ledger_subject_prev UNIQUE (subject, prev);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT uq_outbox_dedupe UNIQUE (dedupe);
ALTER TABLE ONLY public.webhook
    ADD CONSTRAINT uq_webhook_endpoint_event UNIQUE (endpoint, event);
CREATE INDEX ix_ledger_subject_seq ON public.ledger USING btree (subject, seq);
CREATE INDEX ix_outbox_because ON public.outbox USING btree (because);
CREATE INDEX ix_outbox_contact ON public.outbox USING btree (contact);
CREATE INDEX ix_outbox_state_due ON public.outbox USING btree (state, due);
CREATE INDEX ix_pending_contact ON public.pending USING btree (contact);
CREATE INDEX ix_pending_expires ON public.pending USING btree (expires);
CREATE INDEX ix_spent_expires ON public.spent USING btree (expires);
CREATE INDEX ix_webhook_state_due ON public.webhook USING btree (state, due);
CREATE TRIGGER checkpoint_append_only BEFORE DELETE OR UPDATE ON public.checkpoint FOR EACH ROW EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON public.checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER detail_append_only BEFORE UPDATE ON public.detail FOR EACH ROW EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER detail_no_truncate BEFORE TRUNCATE ON public.detail FOR EACH STATEMENT EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER form_append_only BEFORE DELETE OR UPDATE ON public.form FOR EACH ROW EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER form_no_truncate BEFORE TRUNCATE ON public.form FOR EACH STATEMENT EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER ledger_append_only BEFORE DELETE OR UPDATE ON public.ledger FOR EACH ROW EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON public.ledger FOR EACH STATEMENT EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER wording_append_only BEFORE DELETE OR UPDATE ON public.wording FOR EACH ROW EXECUTE FUNCTION public.atrae_append_only();
CREATE TRIGGER wording_no_truncate BEFORE TRUNCATE ON public.wording FOR EACH STATEMENT EXECUTE FUNCTION public.atrae_append_only();
ALTER TABLE ONLY public.detail
    ADD CONSTRAINT fk_detail_event_ledger FOREIGN KEY (event) REFERENCES public.ledger(seq);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_because_ledger FOREIGN KEY (because) REFERENCES public.ledger(seq);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_contact_contact FOREIGN KEY (contact) REFERENCES public.contact(id);
ALTER TABLE ONLY public.pending
    ADD CONSTRAINT fk_pending_contact_contact FOREIGN KEY (contact) REFERENCES public.contact(id);
ALTER TABLE ONLY public.webhook
    ADD CONSTRAINT fk_webhook_event_ledger FOREIGN KEY (event) REFERENCES public.ledger(seq);
