"""Tables in and out: tasks and timetables as spreadsheets and organisers write them."""
