def test_claimable(postgres_only, admin, mechanic, make_task):
    make_task()
    for q in ("assigned_to=me&completed=true&bike_id=10&claimable=true", "claimable=true", "needs_check_by=me", "status=done","is_overdue=true", "is_overdue=false", "assigned_to=none&sort=-due_at", "q=tyre&claimable=true","deleted=true","section=Brakes","due_before=2026-01-01T00:00:00Z"):
        r=admin.get("/v1/tasks?"+q); assert r.status_code==200, (q, r.json)
        r=mechanic.get("/v1/tasks?"+q); assert r.status_code in (200,403), (q, r.json)
