CREATE TABLE users (
    id serial PRIMARY KEY, email varchar(254) NOT NULL UNIQUE, password varchar(128) NOT NULL,
    role varchar(16) NOT NULL
);
CREATE TABLE events (id serial PRIMARY KEY, name varchar(120) NOT NULL, event_date date NOT NULL);
CREATE TABLE tasks (
    id serial PRIMARY KEY, title varchar(200) NOT NULL, description text NOT NULL,
    status varchar(16) NOT NULL, is_critical boolean NOT NULL, due_at timestamptz,
    event_id int NOT NULL REFERENCES events (id), assigned_to int REFERENCES users (id),
    created_by int NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
INSERT INTO users (email, password, role)
    SELECT 'user' || n || '@peers.example', :password, CASE n WHEN 0 THEN 'admin' ELSE 'user' END
    FROM generate_series(0, 49) n;
INSERT INTO events (name, event_date)
    SELECT 'Race weekend ' || n, date '2026-03-01' + n * 14 FROM generate_series(1, 20) n;
INSERT INTO tasks (title, description, status, is_critical, due_at, event_id, assigned_to,
                   created_by, created_at, updated_at)
    SELECT 'Check item ' || n || ' on bike ' || n % 4 + 1,
           'Torque the axle nut, note the value and sign off sheet ' || n || ' before scrutineering.',
           'open', n % 3 = 0, timestamptz '2026-03-01 08:00+00' + (n % 2000) * interval '1 hour',
           n % 20 + 1, n % 50 + 1, 1, now(), now()
    FROM generate_series(1, 10000) n;
CREATE INDEX ON tasks (assigned_to, id);
CREATE INDEX ON tasks (event_id, id);
